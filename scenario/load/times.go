package load

import (
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"

	"github.com/phonebank/phonebank/scenario/internal/phrase"
)

// maxTimes bounds what is read of a file of times.
const maxTimes = 1_000_000

// ReadTimes reads when phones start from a CSV file: the first column is the
// time since the first line's moment zero, in seconds ("12.5") or with a unit
// ("2m"), never going back. A heading and further columns are passed over.
func ReadTimes(in io.Reader) ([]time.Duration, error) {
	rows := csv.NewReader(in)
	rows.FieldsPerRecord = -1
	rows.ReuseRecord = true
	rows.Comment = '#'
	var times []time.Duration
	for {
		row, err := rows.Read()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, err
		}
		line, _ := rows.FieldPos(0)
		at, err := parseTime(strings.TrimSpace(row[0]))
		switch {
		case err != nil && line == 1:
			continue // the heading
		case err != nil:
			return nil, fmt.Errorf("line %d: %w", line, err)
		case len(times) > 0 && at < times[len(times)-1]:
			return nil, fmt.Errorf("line %d: %v comes after %v; sort the times", line, at, times[len(times)-1])
		case len(times) == maxTimes:
			return nil, fmt.Errorf("line %d: more than %d times", line, maxTimes)
		}
		times = append(times, at)
	}
	if len(times) == 0 {
		return nil, errors.New("no time in it")
	}
	return times, nil
}

func parseTime(text string) (time.Duration, error) {
	if _, err := strconv.ParseFloat(text, 64); err != nil {
		return phrase.Duration(text)
	}
	value, err := phrase.Number(text)
	return seconds(value), err
}
