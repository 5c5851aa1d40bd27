package report

import (
	"encoding/xml"
	"fmt"
	"io"
	"strings"

	"github.com/phonebank/phonebank/scenario/tally"
)

// The elements of a JUnit report, as CI systems read them.
type (
	junitSuites struct {
		XMLName xml.Name `xml:"testsuites"`
		Suites  []junitSuite
	}
	junitSuite struct {
		XMLName  xml.Name    `xml:"testsuite"`
		Name     string      `xml:"name,attr"`
		Tests    int         `xml:"tests,attr"`
		Failures int         `xml:"failures,attr"`
		Errors   int         `xml:"errors,attr"`
		Time     string      `xml:"time,attr"`
		Stamp    string      `xml:"timestamp,attr"`
		Cases    []junitCase `xml:"testcase"`
	}
	junitCase struct {
		Class   string      `xml:"classname,attr"`
		Name    string      `xml:"name,attr"`
		Time    string      `xml:"time,attr"`
		Failure *junitFault `xml:"failure"`
		Error   *junitFault `xml:"error"`
	}
	junitFault struct {
		Message string `xml:"message,attr"`
		Type    string `xml:"type,attr"`
	}
)

// JUnit writes the thresholds as the test cases of a suite. A run without
// thresholds has one case: that every phone registers, and none is locked out.
// One that proves nothing, because it broke, was interrupted or measured its
// generator, has an error beside them.
func JUnit(w io.Writer, r *tally.Result) error {
	suite := junitSuite{Name: printable(r.Scenario), Time: seconds(r.Elapsed), Stamp: r.StartedAt.UTC().Format("2006-01-02T15:04:05")}
	add := func(name string, failure, fault *junitFault) {
		suite.Cases = append(suite.Cases, junitCase{Class: "phonebank." + suite.Name, Name: printable(name), Time: seconds(r.Elapsed), Failure: failure, Error: fault})
		suite.Tests++
		if failure != nil {
			suite.Failures++
		}
		if fault != nil {
			suite.Errors++
		}
	}
	for _, t := range r.Thresholds {
		var failure *junitFault
		if !t.Pass {
			failure = &junitFault{printable(fmt.Sprintf("%s: found %s", t.Expression, found(t))), "threshold"}
		}
		add(t.Expression, failure, nil)
	}
	if len(r.Thresholds) == 0 {
		var failure *junitFault
		if why := harms(r); len(why) > 0 {
			failure = &junitFault{strings.Join(why, ", "), "phones"}
		}
		add("every phone registers", failure, nil)
	}
	switch {
	case r.Broken != "":
		add("the run is complete", nil, &junitFault{printable(r.Broken), "broken"})
	case r.Interrupted:
		add("the run is complete", nil, &junitFault{"interrupted", "interrupted"})
	case r.Generator.Limited:
		add("the generator is not the limit", nil, &junitFault{printable(r.Generator.Why), "generator"})
	}
	if _, err := io.WriteString(w, xml.Header); err != nil {
		return err
	}
	out := xml.NewEncoder(w)
	out.Indent("", "  ")
	if err := out.Encode(junitSuites{Suites: []junitSuite{suite}}); err != nil {
		return err
	}
	_, err := io.WriteString(w, "\n")
	return err
}

func seconds(v float64) string { return fmt.Sprintf("%.3f", v) }

// printable leaves out what XML cannot carry.
func printable(text string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' && r != '\t' && r != '\n' {
			return -1
		}
		return r
	}, strings.ToValidUTF8(text, "?"))
}
