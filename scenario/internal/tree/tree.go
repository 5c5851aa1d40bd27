// Package tree reads a YAML text into Go values by tables: what each mapping
// may hold is a list of keys, each with the function that reads its value.
//
//	root.Mapping("the scenario",
//		tree.Key{Name: "name", Read: tree.Into(&s.Name, text)},
//		tree.Key{Name: "stay", Read: tree.Into(&s.Stay, phrase.Duration)},
//	)
//
// Whatever does not fit is a problem with its line and column, and reading
// goes on, so that one look shows all of them. Unknown keys are problems too.
// Scalars are read from the words as they stand in the file, so that
// auth_string: 00123 keeps its zeros. Aliases, merges and tags are refused:
// the files are small and meant to be read from top to bottom.
package tree

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"
	"github.com/goccy/go-yaml/token"

	"github.com/phonebank/phonebank/scenario/internal/phrase"
)

// Place is a position in a file, both counted from 1; columns are characters.
// The zero value is no place.
type Place struct{ Line, Column int }

// Problem is one thing that is wrong with a file.
type Problem struct {
	Place
	Text string
}

// Document is a file being read; it collects the problems.
type Document struct {
	Problems []Problem
}

// Node is a value in the tree, with the words that lead to it.
type Node struct {
	doc  *Document
	node ast.Node // nil for a key without a value
	at   Place
	path string // "phones.model"

	probe *probe // of a value that only notes how it is read; nil: a real one
}

// Bounds of a file: its bytes, those of a line, how deep brackets may nest and
// how many dashes, question marks and colons may share a line. No scenario that
// makes sense comes near.
const (
	maxSize  = 256 << 10
	maxLine  = 64 << 10
	maxDepth = 64
	maxMarks = 256
)

// Parse reads the text of a file. The root is nil when the text is no YAML or
// is empty; then there is a problem.
func Parse(text []byte) (*Document, *Node) {
	doc := &Document{}
	if len(text) > maxSize {
		doc.add(Place{1, 1}, fmt.Sprintf("the file has %d bytes; more than %d is no scenario", len(text), maxSize))
		return doc, nil
	}
	if problem := tooMuch(text); problem != nil {
		doc.Problems = append(doc.Problems, *problem)
		return doc, nil
	}
	file, err := parser.ParseBytes(text, 0)
	if err != nil {
		var fault yaml.Error
		place := Place{1, 1}
		message := err.Error()
		if errors.As(err, &fault) {
			message = fault.GetMessage()
			place = placeOf(fault.GetToken())
		}
		doc.add(place, "not YAML: "+message)
		return doc, nil
	}
	var bodies []ast.Node
	for _, d := range file.Docs {
		if d.Body != nil && d.Body.Type() != ast.CommentType {
			bodies = append(bodies, d.Body)
		}
	}
	switch len(bodies) {
	case 0:
		doc.add(Place{1, 1}, "the file is empty")
		return doc, nil
	case 1:
		return doc, &Node{doc: doc, node: bodies[0], at: start(bodies[0])}
	default:
		doc.add(start(bodies[1]), "a second document begins here; one file is one scenario")
		return doc, nil
	}
}

// tooMuch looks for what would exhaust a recursive parser.
func tooMuch(text []byte) *Problem {
	open, line, begin, marks := 0, 1, 0, 0
	for i, c := range text {
		switch c {
		case '\n':
			line, begin, marks = line+1, i+1, 0
		case '[', '{':
			open++
		case ']', '}':
			open = max(open-1, 0)
		case '-', '?', ':':
			marks++
		}
		at := Place{line, i - begin + 1}
		switch {
		case open > maxDepth:
			return &Problem{at, fmt.Sprintf("nested more than %d deep", maxDepth)}
		case marks > maxMarks:
			return &Problem{at, fmt.Sprintf("more than %d dashes, colons and question marks in a line", maxMarks)}
		case i-begin > maxLine:
			return &Problem{Place{line, 1}, fmt.Sprintf("a line of more than %d bytes", maxLine)}
		}
	}
	return nil
}

// Sorted returns the problems in the order of the file.
func (d *Document) Sorted() []Problem {
	slices.SortStableFunc(d.Problems, func(a, b Problem) int {
		if a.Line != b.Line {
			return a.Line - b.Line
		}
		return a.Column - b.Column
	})
	return d.Problems
}

func (d *Document) add(at Place, text string) {
	const enough, long = 50, 500
	if len(d.Problems) == enough {
		return
	}
	if letters := []rune(text); len(letters) > long {
		text = string(letters[:long]) + " …"
	}
	d.Problems = append(d.Problems, Problem{at, text})
}

func placeOf(t *token.Token) Place {
	if t == nil || t.Position == nil {
		return Place{1, 1}
	}
	return Place{t.Position.Line, t.Position.Column}
}

// start is where a value begins; the first key of a block mapping, not the
// colon behind it.
func start(n ast.Node) Place {
	if m, ok := n.(*ast.MappingNode); ok && !m.IsFlowStyle && len(m.Values) > 0 {
		return start(m.Values[0].Key)
	}
	return placeOf(n.GetToken())
}

// Place is where the value stands.
func (n *Node) Place() Place { return n.at }

// Fault notes a problem with the value. An error with an offset into the
// value's text moves the place along.
func (n *Node) Fault(err error) {
	at := n.at
	var fault *phrase.Error
	if errors.As(err, &fault) && fault.Offset > 0 {
		text, _ := n.scalar()
		at.Column += len([]rune(text[:min(fault.Offset, len(text))]))
		if quoted(n.node) {
			at.Column++
		}
	}
	n.doc.add(at, n.prefix()+err.Error())
}

// Faultf is Fault with a text.
func (n *Node) Faultf(format string, args ...any) { n.Fault(fmt.Errorf(format, args...)) }

func (n *Node) prefix() string {
	if n.path == "" {
		return ""
	}
	return n.path + ": "
}

func quoted(n ast.Node) bool {
	if n == nil {
		return false
	}
	t := n.GetToken().Type
	return t == token.DoubleQuoteType || t == token.SingleQuoteType
}

func (n *Node) child(node ast.Node, at Place, name string) *Node {
	path := name
	if n.path != "" && name != "" {
		path = n.path + "." + name
	} else if name == "" {
		path = n.path
	}
	return &Node{doc: n.doc, node: node, at: at, path: path}
}

// kind names what a value is, for people.
func (n *Node) kind() string {
	switch node := n.node.(type) {
	case nil, *ast.NullNode:
		return "nothing"
	case *ast.MappingNode, *ast.MappingValueNode:
		return "a mapping"
	case *ast.SequenceNode:
		return "a list"
	case *ast.AliasNode:
		return "an alias"
	case *ast.AnchorNode:
		return "an anchor"
	case *ast.TagNode:
		return "a tag"
	default:
		return fmt.Sprintf("%q", strings.TrimSpace(node.GetToken().Value))
	}
}

// IsMapping says that the value is a mapping.
func (n *Node) IsMapping() bool {
	if n.probe != nil {
		return n.probe.as == asMapping
	}
	switch n.node.(type) {
	case *ast.MappingNode, *ast.MappingValueNode:
		return true
	}
	return false
}

// IsList says that the value is a list.
func (n *Node) IsList() bool {
	if n.probe != nil {
		return n.probe.as == asList
	}
	_, ok := n.node.(*ast.SequenceNode)
	return ok
}

// At returns the value with another place for its problems, such as that of
// its key.
func (n *Node) At(at Place) *Node {
	moved := *n
	moved.at = at
	return &moved
}

// Problems is how many problems the file has so far.
func (n *Node) Problems() int { return len(n.doc.Problems) }
