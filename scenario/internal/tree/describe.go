package tree

import (
	"errors"
	"slices"
	"strconv"

	"github.com/phonebank/phonebank/scenario/internal/phrase"
)

// Schema is a JSON Schema, draft 2020-12.
type Schema = map[string]any

// About is what a reader should know about a key.
type About struct {
	Doc      string // one sentence
	Examples []string
}

// Describe returns what a function reads, as a schema: it lets the function
// read nothing three times over, as if it stood at a scalar, at a mapping and at
// a list, and notes what it asks for. So the schema cannot differ from the tables
// that files are read by. about is asked for the words about each key, by its
// path ("core.capf.auth").
func Describe(read func(*Node), about func(path string) About) Schema {
	return describe(read, "", about)
}

func describe(read func(*Node), path string, about func(string) About) Schema {
	var shapes []any
	for _, as := range []shape{asScalar, asMapping, asList} {
		p := &probe{as: as, about: about}
		read(&Node{doc: &Document{}, path: path, probe: p})
		if p.saw != nil {
			shapes = append(shapes, p.saw)
		}
	}
	var s Schema
	switch len(shapes) {
	case 0:
		s = Schema{}
	case 1:
		s = shapes[0].(Schema)
	default:
		s = Schema{"anyOf": shapes}
	}
	if a := about(path); path != "" {
		if a.Doc != "" {
			s["description"] = a.Doc
		}
		if len(a.Examples) > 0 && s["enum"] == nil {
			s["examples"] = a.Examples
		}
	}
	return s
}

// shape is what a probed value pretends to be.
type shape int

const (
	asScalar shape = iota
	asMapping
	asList
)

// probe stands in for a value and notes how it is read.
type probe struct {
	as    shape
	about func(string) About
	saw   Schema // nil: what it pretends to be is not asked for
}

func (p *probe) mapping(path string, keys []Key) {
	if p.as != asMapping {
		return
	}
	properties := Schema{}
	for _, k := range keys {
		properties[k.Name] = describe(k.Read, join(path, k.Name), p.about)
	}
	p.saw = Schema{"type": "object", "properties": properties, "additionalProperties": false}
}

func (p *probe) pairs() {
	if p.as == asMapping {
		p.saw = Schema{"type": "object", "minProperties": 1, "additionalProperties": scalar()}
	}
}

func (p *probe) list(path string, read func(*Node)) {
	if p.as == asList {
		item := describe(read, path, p.about)
		delete(item, "description") // it is the list's
		p.saw = Schema{"type": "array", "items": item}
	}
}

// scalar takes what parse says of a word that nobody would write.
func (p *probe) scalar(parse func(string) error) {
	if p.as != asScalar {
		return
	}
	p.saw = scalar()
	var fault *phrase.Error
	if !errors.As(parse("\x01"), &fault) || len(fault.Known) == 0 {
		return
	}
	switch numeric := slices.ContainsFunc(fault.Known, func(w string) bool { _, err := strconv.ParseFloat(w, 64); return err == nil }); {
	case slices.Equal(fault.Known, []string{"true", "false"}):
		p.saw = Schema{"type": "boolean"}
	case fault.Closed && !numeric:
		p.saw = Schema{"enum": fault.Known}
	default: // a number in the file is a number to the schema, whatever it is here
		p.saw["examples"] = fault.Known
	}
}

func scalar() Schema { return Schema{"type": []string{"string", "number", "boolean"}} }

func join(path, name string) string {
	if path == "" {
		return name
	}
	return path + "." + name
}
