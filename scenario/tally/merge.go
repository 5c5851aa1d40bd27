package tally

import "cmp"

// add merges another shard into this one.
func (s *shard) add(o *shard) {
	o.mu.Lock()
	defer o.mu.Unlock()
	s.started += o.started
	s.registered += o.registered
	s.failed += o.failed
	s.now += o.now
	s.lastStart = max(s.lastStart, o.lastStart)
	s.lastRegistered = max(s.lastRegistered, o.lastRegistered)
	for i := range o.steps {
		s.steps[i].ok += o.steps[i].ok
		s.steps[i].failed += o.steps[i].failed
		s.steps[i].skipped += o.steps[i].skipped
		s.steps[i].retried += o.steps[i].retried
		s.steps[i].took.Merge(&o.steps[i].took)
		s.steps[i].waited.Merge(&o.steps[i].waited)
	}
	s.boot.Merge(&o.boot)
	s.bootAsSent.Merge(&o.bootAsSent)
	s.ack.Merge(&o.ack)
	s.rtt.Merge(&o.rtt)
	s.sent += o.sent
	s.acked += o.acked
	s.missed += o.missed
	s.lost += o.lost
	s.lostExample = cmp.Or(s.lostExample, o.lostExample)
	s.failovers += o.failovers
	s.failbacks += o.failbacks
	s.restarts += o.restarts
	for i := range o.lists {
		s.lists[i].accepted += o.lists[i].accepted
		s.lists[i].unchanged += o.lists[i].unchanged
		s.lists[i].rejected += o.lists[i].rejected
		s.lists[i].replaced += o.lists[i].replaced
		for list, c := range o.holds[i] {
			all := s.held(&Row{Trust: list.trust, Held: [2]string{list.sha1, list.sha1}}, i)
			all.phones += c.phones
			all.replaced += c.replaced
		}
	}
	s.tvs.add(&o.tvs)
	for lack, n := range o.lacks {
		s.lacks[lack] += n
	}
	for key, cause := range o.causes {
		if s.causes[key] == nil {
			s.causes[key] = &CauseResult{Step: cause.Step, Cause: cause.Cause, Example: cause.Example}
		}
		s.causes[key].Count += cause.Count
	}
	for key, why := range o.explained {
		s.example(key, why.Phone, why.Explanation).Count += why.Count
	}
	for text, n := range o.messages {
		s.messages[text] += n
	}
	for name, group := range o.groups {
		s.group(&Row{Group: name}).add(group)
	}
	for name, node := range o.nodes {
		s.node(name).add(node)
	}
}
