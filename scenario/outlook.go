package scenario

import "time"

// Outlook is what a scenario amounts to before it is run.
type Outlook struct {
	Name       string  `json:"name"`
	Phones     int     `json:"phones"`
	Core       string  `json:"core"`
	Groups     int     `json:"groups"`
	Peak       float64 `json:"peak_per_second"`    // phones that start within a second, at the most
	Last       float64 `json:"last_start_seconds"` // of the last phone; 0 where a closed loop decides
	Stay       float64 `json:"stay_seconds"`
	Steps      int     `json:"timeline_steps"`
	Thresholds int     `json:"thresholds"`
}

// Outlook looks ahead. The scenario must pass Check.
func (s *Scenario) Outlook() Outlook {
	with := s.withDefaults()
	count := with.Count()
	last := with.Load.At(float64(max(count-1, 0))).Round(time.Millisecond)
	return Outlook{
		Name: with.Name, Phones: count, Core: with.Core.Where.String(), Groups: len(with.Phones),
		Peak: with.Load.Peak(count), Last: last.Seconds(), Stay: with.Stay.Seconds(),
		Steps: len(with.Timeline), Thresholds: len(with.Thresholds),
	}
}
