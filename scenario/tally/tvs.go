package tally

import "github.com/phonebank/phonebank/phone"

// TVS counts the questions that phones put to trust verification services.
type TVS struct {
	Asked       int     `json:"asked"`        // questions; valid, invalid and unavailable add up to them
	Valid       int     `json:"valid"`        // TVS vouches
	Invalid     int     `json:"invalid"`      // TVS does not know the certificate
	Cached      int     `json:"cached"`       // of the valid: the phone remembered the answer
	Unavailable int     `json:"unavailable"`  // no server answered
	FailedTries int     `json:"failed_tries"` // servers that did not answer as they should; the next was asked
	Took        Latency `json:"took_ms"`      // of questions that went to a server, all tries together
}

// tvsCount is TVS in the making.
type tvsCount struct {
	TVS
	took Histogram
}

func (c *tvsCount) answered(e phone.TVSAnswered) {
	c.Asked++
	switch {
	case e.Err != nil:
		c.Unavailable++
	case e.Valid:
		c.Valid++
	default:
		c.Invalid++
	}
	if e.Cached {
		c.Cached++
		return
	}
	c.took.Record(e.Took)
}

func (c *tvsCount) tried(e phone.TVSAsked) {
	if e.Err != nil {
		c.FailedTries++
	}
}

func (c *tvsCount) add(o *tvsCount) {
	c.Asked += o.Asked
	c.Valid += o.Valid
	c.Invalid += o.Invalid
	c.Cached += o.Cached
	c.Unavailable += o.Unavailable
	c.FailedTries += o.FailedTries
	c.took.Merge(&o.took)
}

func (c *tvsCount) result() TVS {
	r := c.TVS
	r.Took = c.took.Latency()
	return r
}
