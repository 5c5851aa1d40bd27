package live

import (
	"sync/atomic"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"

	"github.com/phonebank/phonebank/phone"
	"github.com/phonebank/phonebank/scenario/tally"
)

// metrics are what a Prometheus server scrapes. Times are from what phones say,
// waiting for this machine's limits apart. The names are a contract with
// dashboards: metrics are added, never renamed.
type metrics struct {
	registry *prometheus.Registry

	started, registered, failed            prometheus.Counter
	attempts, failures, messages, renewals *prometheus.CounterVec
	took, waited                           *prometheus.HistogramVec
	boot, rtt                              prometheus.Histogram
	sent, acked, missed, lost              prometheus.Counter

	// generator
	lag, cpu, pause, heap, rss, goroutines, descriptors, sockets, timeWait, limited prometheus.Gauge
}

// Times of a boot on loopback are milliseconds, those of a phone in trouble
// minutes.
var buckets = []float64{.001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10, 30, 60, 120}

func newMetrics(about prometheus.Labels) *metrics {
	m := &metrics{registry: prometheus.NewRegistry()}
	counter := func(name, help string) prometheus.Counter {
		c := prometheus.NewCounter(prometheus.CounterOpts{Name: name, Help: help})
		m.registry.MustRegister(c)
		return c
	}
	counters := func(name, help string, labels ...string) *prometheus.CounterVec {
		c := prometheus.NewCounterVec(prometheus.CounterOpts{Name: name, Help: help}, labels)
		m.registry.MustRegister(c)
		return c
	}
	histogram := func(name, help string) prometheus.Histogram {
		h := prometheus.NewHistogram(prometheus.HistogramOpts{Name: name, Help: help, Buckets: buckets})
		m.registry.MustRegister(h)
		return h
	}
	histograms := func(name, help string, labels ...string) *prometheus.HistogramVec {
		h := prometheus.NewHistogramVec(prometheus.HistogramOpts{Name: name, Help: help, Buckets: buckets}, labels)
		m.registry.MustRegister(h)
		return h
	}
	gauge := func(name, help string) prometheus.Gauge {
		g := prometheus.NewGauge(prometheus.GaugeOpts{Name: name, Help: help})
		m.registry.MustRegister(g)
		return g
	}
	m.started = counter("phonebank_phones_started_total", "Phones that were switched on.")
	m.registered = counter("phonebank_phones_registered_total", "Phones that completed their first registration.")
	m.failed = counter("phonebank_phones_failed_total", "Phones that ran out of patience before their first registration.")
	m.attempts = counters("phonebank_boot_step_attempts_total", "Attempts of a step of the boot that have ended.", "step", "result")
	m.failures = counters("phonebank_boot_step_failures_total", "Failed attempts of a step of the boot, by cause.", "step", "cause")
	m.took = histograms("phonebank_boot_step_seconds", "Time that the core and the phone took for a step, failed attempts too.", "step")
	m.waited = histograms("phonebank_boot_step_waited_seconds", "Time that a step spent on limits of the generator's own machine.", "step")
	m.boot = histogram("phonebank_boot_seconds", "Power on to registered, without waiting for the generator's own machine.")
	m.renewals = counters("phonebank_registrations_total", "Completed registrations, by what led to them.", "why")
	m.lost = counter("phonebank_registrations_lost_total", "Registrations that ended without the phone's doing.")
	m.sent = counter("phonebank_keepalives_total", "Keepalives sent on primary links.")
	m.acked = counter("phonebank_keepalives_acknowledged_total", "Keepalives answered.")
	m.missed = counter("phonebank_keepalives_missed_total", "Keepalives unanswered when the next was due.")
	m.rtt = histogram("phonebank_keepalive_rtt_seconds", "Keepalive to its answer.")
	m.messages = counters("phonebank_status_messages_total", "Status messages that phones have shown.", "message")
	m.lag = gauge("phonebank_generator_start_lag_seconds", "How late the phone started that started latest in the last second.")
	m.cpu = gauge("phonebank_generator_cpu_ratio", "CPU of the last second, of one core: two busy cores are 2.")
	m.pause = gauge("phonebank_generator_gc_pause_seconds", "Longest pause for garbage in the last second.")
	m.heap = gauge("phonebank_generator_heap_bytes", "Objects on the heap.")
	m.rss = gauge("phonebank_generator_resident_memory_bytes", "Memory of the process.")
	m.goroutines = gauge("phonebank_generator_goroutines", "Goroutines.")
	m.descriptors = gauge("phonebank_generator_open_fds", "Open files and sockets of the process.")
	m.sockets = gauge("phonebank_generator_sockets", "TCP sockets of the machine that are in use.")
	m.timeWait = gauge("phonebank_generator_time_wait_sockets", "TCP sockets of the machine that only keep their port.")
	m.limited = gauge("phonebank_generator_limited", "1 when the generator was the bottleneck, so that the figures are to be discarded.")
	info := prometheus.NewGauge(prometheus.GaugeOpts{Name: "phonebank_run_info", Help: "The run, in its labels.", ConstLabels: about})
	info.Set(1)
	m.registry.MustRegister(info, collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	return m
}

// watch returns what counts the events of one phone.
func (m *metrics) watch(name phone.Name) func(phone.Event) {
	m.started.Inc()
	var settled atomic.Bool // it has registered or given up once
	return func(event phone.Event) {
		switch e := event.(type) {
		case phone.StepEnded:
			m.ended(e)
		case phone.Registered:
			m.renewals.WithLabelValues(string(e.Why)).Inc()
			if e.Boot > 0 {
				m.boot.Observe(e.Boot.Seconds())
			}
			if settled.CompareAndSwap(false, true) {
				m.registered.Inc()
			}
		case phone.GaveUp:
			if settled.CompareAndSwap(false, true) {
				m.failed.Inc()
			}
		case phone.Unregistered:
			if e.Err != nil {
				m.lost.Inc()
			}
		case phone.KeepAliveSent:
			m.sent.Inc()
		case phone.KeepAliveAcked:
			m.acked.Inc()
			m.rtt.Observe(e.RTT.Seconds())
		case phone.KeepAliveMissed:
			m.missed.Inc()
		case phone.StatusMessage:
			m.messages.WithLabelValues(textOf(name, e.Text).anyone()).Inc()
		}
	}
}

func (m *metrics) ended(e phone.StepEnded) {
	if e.Skipped {
		return
	}
	step, result := string(e.Step), "ok"
	if e.Err != nil {
		result = "failed"
		m.failures.WithLabelValues(step, string(phone.CauseOf(e.Err))).Inc()
	}
	m.attempts.WithLabelValues(step, result).Inc()
	m.took.WithLabelValues(step).Observe(e.Took.Seconds())
	m.waited.WithLabelValues(step).Observe(e.Waited.Seconds())
}

// second sets what is true of the last second.
func (m *metrics) second(r *tally.Result) {
	m.limited.Set(0)
	if r.Generator.Limited {
		m.limited.Set(1)
	}
	n := len(r.Timeline)
	if n == 0 {
		return
	}
	h := r.Timeline[n-1].Health
	m.lag.Set(h.StartLag.Seconds())
	m.cpu.Set(h.CPUPercent / 100)
	m.pause.Set(h.GCPause.Seconds())
	m.heap.Set(float64(h.Heap))
	m.rss.Set(float64(h.RSS))
	m.goroutines.Set(float64(h.Goroutines))
	m.descriptors.Set(float64(h.Descriptors))
	m.sockets.Set(float64(h.Sockets))
	m.timeWait.Set(float64(h.TimeWait))
}

// gauges adds figures that are asked for when somebody scrapes.
func (m *metrics) gauges(planned func() int, count func() map[State]int) {
	m.registry.MustRegister(
		prometheus.NewGaugeFunc(prometheus.GaugeOpts{Name: "phonebank_phones_planned", Help: "Phones that are to start."}, func() float64 { return float64(planned()) }),
		byState{prometheus.NewDesc("phonebank_phones", "Phones that were switched on, by what they do now.", []string{"state"}, nil), count},
	)
}

// byState collects the phones in each state.
type byState struct {
	desc  *prometheus.Desc
	count func() map[State]int
}

func (b byState) Describe(to chan<- *prometheus.Desc) { to <- b.desc }

func (b byState) Collect(to chan<- prometheus.Metric) {
	counts := b.count()
	for _, state := range states {
		to <- prometheus.MustNewConstMetric(b.desc, prometheus.GaugeValue, float64(counts[state]), string(state))
	}
}

// scraping is how long a scrape may take.
const scraping = 5 * time.Second
