package inspect

import "github.com/phonebank/phonebank/wire/ctl"

// Difference is what sets list B apart from list A, as "ctl diff --json" prints
// it. Lists are never null.
type Difference struct {
	Same    bool           `json:"same"` // the same bytes
	A       File           `json:"a"`
	B       File           `json:"b"`
	Header  []FieldChange  `json:"header"`
	Records []RecordChange `json:"records"`
	SASTs   SASTs          `json:"sasts"`
	Phones  []Offer        `json:"phones"`
}

// File is one of the two lists.
type File struct {
	Name string `json:"file"`
	List
}

// FieldChange is a field of the header that differs; "" stands for none.
type FieldChange struct {
	Field string `json:"field"`
	A     string `json:"a"`
	B     string `json:"b"`
}

// RecordChange is a record that differs; A or B is null where the list has none.
type RecordChange struct {
	Change string  `json:"change"` // added, removed, moved, re-issued, replaced, renamed or rewritten
	A      *Record `json:"a"`
	B      *Record `json:"b"`
}

// SASTs are who may sign the next list, before and after.
type SASTs struct {
	Kept   []Record `json:"kept"`
	Gained []Record `json:"gained"`
	Lost   []Record `json:"lost"`
}

// Offer is what a phone that holds one list makes of the other.
type Offer struct {
	Held          string `json:"held"` // "a" or "b"
	Offered       string `json:"offered"`
	Model         string `json:"model"`
	ByDefault     bool   `json:"security_by_default"` // the model knows ITL and TVS
	Verdict       string `json:"verdict"`             // accept, reject or unchanged
	Cause         string `json:"cause"`
	Reason        string `json:"reason"`
	Fix           string `json:"fix"`
	StatusMessage string `json:"status_message"`
}

// DifferenceOf tells what sets b apart from a; who offers what to whom is left
// to the caller.
func DifferenceOf(nameA string, a *ctl.List, nameB string, b *ctl.List) Difference {
	d := ctl.Diff(a, b)
	v := Difference{
		Same: d.Same(), A: File{nameA, ListOf(a)}, B: File{nameB, ListOf(b)},
		Header: []FieldChange{}, Records: []RecordChange{}, Phones: []Offer{},
		SASTs: SASTs{Kept: recordsOf(d.Kept), Gained: recordsOf(d.Gained), Lost: recordsOf(d.Lost)},
	}
	for _, f := range d.Fields {
		v.Header = append(v.Header, FieldChange{f.Name, f.Old, f.New})
	}
	for _, c := range d.Records {
		change := RecordChange{Change: string(c.Change)}
		if c.Old != nil {
			r := recordOf(c.Old)
			change.A = &r
		}
		if c.New != nil {
			r := recordOf(c.New)
			change.B = &r
		}
		v.Records = append(v.Records, change)
	}
	return v
}

func recordsOf(records []*ctl.Record) []Record {
	all := []Record{}
	for _, r := range records {
		all = append(all, recordOf(r))
	}
	return all
}
