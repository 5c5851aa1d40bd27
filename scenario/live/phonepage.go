package live

import (
	"bytes"
	"fmt"
	"html/template"
	"net/http"
	"strings"
	"time"
)

// phonePages are the pages of a phone's own web server, in its words, and what
// a phone does not show.
var phonePages = []struct{ ID, Title string }{
	{"device", "Device Information"},
	{"status", "Status Messages"},
	{"console", "Console Logs"},
	{"trust", "Trust List"},
}

// fact is a row of a table of two columns.
type fact struct{ Name, Value string }

// phonePage answers GET /phone/SEP…?page=status.
func (p *Page) phonePage(w http.ResponseWriter, r *http.Request) {
	s, err := p.find(r.PathValue("name"))
	if err != nil {
		complain(w, http.StatusNotFound, err)
		return
	}
	v := s.view()
	page := r.URL.Query().Get("page")
	shown := struct {
		PhoneView
		Page, Title string
		Pages       any
		Facts       []fact
	}{v, "device", "", phonePages, deviceFacts(s, v)}
	for _, known := range phonePages {
		if page == known.ID {
			shown.Page = page
		}
	}
	for _, known := range phonePages {
		if shown.Page == known.ID {
			shown.Title = known.Title
		}
	}
	var out bytes.Buffer
	if err := phoneTemplate().Execute(&out, shown); err != nil {
		complain(w, http.StatusInternalServerError, err)
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	_, _ = w.Write(out.Bytes()) // a client that is gone has nothing to be told
}

func phoneTemplate() *template.Template {
	text, err := web.ReadFile("web/phone.html")
	if err != nil {
		panic(err) // it is part of the program
	}
	return template.Must(template.New("phone").Funcs(template.FuncMap{
		"clock":  func(t time.Time) string { return t.Format("15:04:05") },
		"fine":   func(t time.Time) string { return t.Format("15:04:05.000000") },
		"date":   func(t time.Time) string { return t.UTC().Format("2006-01-02 15:04:05 UTC") },
		"day":    func(t time.Time) string { return t.UTC().Format("2006-01-02") },
		"ms":     millis,
		"breaks": func(name string) []string { return strings.SplitAfter(name, ";") },
		"split":  func(text string) []string { return strings.SplitN(text, " ", 2) },
	}).Parse(string(text)))
}

// millis is a time in milliseconds for people.
func millis(v float64) string {
	switch {
	case v == 0:
		return "0"
	case v < 1:
		return fmt.Sprintf("%.0f µs", v*1000)
	case v < 1000:
		return fmt.Sprintf("%.3g ms", v)
	}
	return fmt.Sprintf("%.3g s", v/1000)
}

// deviceFacts is the first page, in the order of a real phone's.
func deviceFacts(s *sighting, v PhoneView) []fact {
	facts := []fact{
		{"MAC Address", strings.TrimPrefix(string(v.Name), "SEP")},
		{"Host Name", string(v.Name)},
		{"IP Address", v.Address},
		{"App Load ID", v.Load},
		{"Model Number", "CP-" + s.model.Name},
		{"Group", v.Group},
		{"State", string(v.State)},
		{"Step under way", string(v.Step)},
		{"Active CallManager", v.Node},
		{"Signaling", signaling(v.Registration)},
		{"LSC", v.LSC},
		{"Boots", fmt.Sprint(v.Boots)},
	}
	if v.Registration.Node != "" {
		facts = append(facts,
			fact{"Registration", fmt.Sprintf("after %s, %s from connect to TimeDateRes", v.Registration.Why, millis(v.Registration.TookMS))},
			fact{"Keepalives", fmt.Sprintf("%d sent, %d unanswered", v.KeepAlive.Sent, v.KeepAlive.Lost)})
	}
	var known []fact
	for _, f := range facts {
		if f.Value != "" {
			known = append(known, f)
		}
	}
	return known
}

func signaling(r Registration) string {
	switch {
	case r.Node == "":
		return ""
	case r.TLS == "":
		return "not secure"
	}
	return r.TLS + " with " + r.Cipher
}
