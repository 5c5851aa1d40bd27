package tree

import (
	"fmt"

	"github.com/goccy/go-yaml/ast"

	"github.com/phonebank/phonebank/scenario/internal/phrase"
)

// Key is one key that a mapping may hold.
type Key struct {
	Name string
	Read func(*Node)
}

// Into reads a scalar into dst.
func Into[T any](dst *T, parse func(string) (T, error)) func(*Node) {
	return func(n *Node) {
		if n.probe != nil {
			n.probe.scalar(func(text string) error { _, err := parse(text); return err })
			return
		}
		text, ok := n.Scalar()
		if !ok {
			return
		}
		value, err := parse(text)
		if err != nil {
			n.Fault(err)
			return
		}
		*dst = value
	}
}

// Mapping reads a mapping by the table of its keys.
func (n *Node) Mapping(keys ...Key) {
	if n.probe != nil {
		n.probe.mapping(n.path, keys)
		return
	}
	names := make([]string, len(keys))
	for i, k := range keys {
		names[i] = k.Name
	}
	n.Pairs(func(key string, at Place, value *Node) {
		for _, k := range keys {
			if k.Name == key {
				k.Read(value)
				return
			}
		}
		n.doc.add(at, n.prefix()+fmt.Sprintf("unknown key %q%s", key, phrase.DidYouMean(key, names)))
	})
}

// Pairs calls read for each key of a mapping, whatever its name.
func (n *Node) Pairs(read func(key string, at Place, value *Node)) {
	if n.probe != nil {
		n.probe.pairs()
		return
	}
	var values []*ast.MappingValueNode
	switch node := n.node.(type) {
	case *ast.MappingNode:
		values = node.Values
	case *ast.MappingValueNode:
		values = []*ast.MappingValueNode{node}
	default:
		n.Faultf("%s stands where a mapping (key: value) is expected", n.kind())
		return
	}
	for _, v := range values {
		at := start(v.Key)
		key, ok := n.child(v.Key, at, "").scalar()
		if !ok || v.Key.IsMergeKey() {
			n.doc.add(at, n.prefix()+fmt.Sprintf("%q is no key of a scenario file", v.Key.GetToken().Value))
			continue
		}
		value, place := v.Value, at
		if value != nil && value.Type() != ast.NullType {
			place = start(value)
		}
		read(key, at, n.child(value, place, key))
	}
}

// List calls read for each item of a list.
func (n *Node) List(read func(*Node)) {
	if n.probe != nil {
		n.probe.list(n.path, read)
		return
	}
	list, ok := n.node.(*ast.SequenceNode)
	if !ok {
		n.Faultf("%s stands where a list (- item) is expected", n.kind())
		return
	}
	for i, item := range list.Values {
		child := n.child(item, n.at, "")
		if item != nil {
			child.at = start(item)
		}
		child.path = fmt.Sprintf("%s[%d]", n.path, i+1)
		read(child)
	}
}

// Scalar returns the words of a value that is neither list nor mapping, as
// they stand in the file; anything else is a problem.
func (n *Node) Scalar() (string, bool) {
	text, ok := n.scalar()
	if !ok {
		if n.kind() == "nothing" {
			n.Faultf("the value is missing")
		} else {
			n.Faultf("%s stands where a single value is expected", n.kind())
		}
	}
	return text, ok
}

func (n *Node) scalar() (string, bool) {
	switch node := n.node.(type) {
	case *ast.StringNode:
		return node.Value, true
	case *ast.LiteralNode:
		return node.Value.Value, true
	case *ast.IntegerNode, *ast.FloatNode, *ast.BoolNode, *ast.InfinityNode, *ast.NanNode:
		return node.GetToken().Value, true
	}
	return "", false
}
