package live

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"net/url"
	"strconv"
)

// mostBody is more than any order has.
const mostBody = 4 << 10

// order is what POST /api/pace asks for, as JSON or as a form. Fields that are
// absent change nothing.
type order struct {
	Speed  *float64 `json:"speed"` // of the planned rate, 1: as planned
	Paused *bool    `json:"paused"`
	Drain  bool     `json:"drain"` // start nobody more, wait for those that boot, and end
	Stop   bool     `json:"stop"`  // end now
	Token  string   `json:"token"`
}

// pace answers POST /api/pace with how the run is steered now.
func (s *Server) pace(w http.ResponseWriter, r *http.Request) {
	o, status, err := readOrder(w, r)
	if err == nil {
		status, err = s.guard.maySteer(r, o.Token)
	}
	if err != nil {
		complain(w, status, err)
		return
	}
	p := s.page
	if p.now().Ended {
		complain(w, http.StatusConflict, errors.New("the run has ended"))
		return
	}
	control := p.Control()
	if o.Speed != nil {
		control.Speed(*o.Speed)
	}
	if o.Paused != nil {
		control.Pause(*o.Paused)
	}
	if o.Drain {
		control.Drain()
	}
	if o.Stop {
		control.Stop()
	}
	p.mu.Lock()
	p.streams.send("now", p.snapshot)
	p.mu.Unlock()
	answer(w, control.Pace())
}

func readOrder(w http.ResponseWriter, r *http.Request) (o order, status int, err error) {
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, mostBody))
	if err != nil {
		var long *http.MaxBytesError
		if errors.As(err, &long) {
			return o, http.StatusRequestEntityTooLarge, fmt.Errorf("an order has at most %d bytes", mostBody)
		}
		return o, http.StatusBadRequest, err
	}
	kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	switch {
	case err == nil && kind == "application/json":
		err = json.Unmarshal(body, &o)
	case err == nil && kind == "application/x-www-form-urlencoded":
		o, err = orderOfForm(string(body))
	default:
		return o, http.StatusUnsupportedMediaType, errors.New("an order is application/json or application/x-www-form-urlencoded")
	}
	if err == nil && o.Speed != nil && (*o.Speed < 0.01 || *o.Speed > 100) {
		err = fmt.Errorf("speed %g: want 0.01 to 100, where 1 is as planned", *o.Speed)
	}
	if err == nil && o == (order{Token: o.Token}) {
		err = errors.New("an order has at least one of speed, paused, drain and stop")
	}
	if err != nil {
		return o, http.StatusBadRequest, fmt.Errorf("order: %w", err)
	}
	return o, 0, nil
}

func orderOfForm(body string) (o order, err error) {
	form, err := url.ParseQuery(body)
	if err != nil {
		return o, err
	}
	o.Token = form.Get("token")
	if text := form.Get("speed"); text != "" {
		speed, err := strconv.ParseFloat(text, 64)
		if err != nil || speed != speed {
			return o, fmt.Errorf("speed %q is no number", text)
		}
		o.Speed = &speed
	}
	for _, field := range []struct {
		name string
		set  func(bool)
	}{
		{"paused", func(v bool) { o.Paused = &v }},
		{"drain", func(v bool) { o.Drain = v }},
		{"stop", func(v bool) { o.Stop = v }},
	} {
		if text := form.Get(field.name); text != "" {
			v, err := strconv.ParseBool(text)
			if err != nil {
				return o, fmt.Errorf("%s %q is neither true nor false", field.name, text)
			}
			field.set(v)
		}
	}
	return o, nil
}
