package phrase

import (
	"math"
	"strconv"
	"strings"
	"time"
)

// maxDuration bounds what a scenario may ask for: long enough for a soak of a
// month, short enough that no sum of a few overflows.
const maxDuration = 31 * 24 * time.Hour

// Duration reads a span of time with its unit: "30s", "1m30s", "250ms".
func Duration(text string) (time.Duration, error) {
	d, err := time.ParseDuration(text)
	switch {
	case err != nil && plainNumber(text):
		return 0, Faultf(0, "%q has no unit; write %ss, %sm or %sms", text, text, text, text)
	case err != nil:
		return 0, Faultf(0, "%q is no duration; write it like 30s, 2m or 250ms", text)
	case d < 0:
		return 0, Faultf(0, "%q is negative", text)
	case d > maxDuration:
		return 0, Faultf(0, "%q is longer than a month (744h)", text)
	}
	return d, nil
}

// Percent reads "99.9%", between 0 and 100.
func Percent(text string) (float64, error) {
	digits, found := strings.CutSuffix(text, "%")
	value, err := Number(digits)
	switch {
	case err != nil:
		return 0, Faultf(0, "%q is no percentage; write it like 5%%", text)
	case !found:
		return 0, Faultf(0, "%q has no %% sign; write %s%%", text, text)
	case value > 100:
		return 0, Faultf(0, "%q is more than 100%%", text)
	}
	return value, nil
}

// Number reads a decimal number that is finite and not negative.
func Number(text string) (float64, error) {
	value, err := strconv.ParseFloat(text, 64)
	switch {
	case err != nil || math.IsInf(value, 0) || math.IsNaN(value):
		return 0, Faultf(0, "%q is no number", text)
	case value < 0:
		return 0, Faultf(0, "%q is negative", text)
	}
	return value, nil
}

func plainNumber(text string) bool {
	_, err := strconv.ParseFloat(text, 64)
	return err == nil
}
