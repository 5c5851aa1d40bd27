package tally

import (
	"time"

	"github.com/phonebank/phonebank/phone"
)

// Result is what a run found. Its JSON is a contract: fields are added, never
// renamed.
type Result struct {
	Scenario    string    `json:"scenario"`
	Seed        uint64    `json:"seed"`
	Version     string    `json:"version"`
	StartedAt   time.Time `json:"started_at"` // the first phone's start
	Elapsed     float64   `json:"elapsed_seconds"`
	Interrupted bool      `json:"interrupted"`      // somebody ended the run early; what follows is what was seen until then
	Broken      string    `json:"broken,omitempty"` // why the run came to no proper end, such as a core that died

	Phones Phones `json:"phones"`
	Rate   Rate   `json:"rate"`

	Steps       []StepResult  `json:"steps"`           // in boot order
	Boot        Latency       `json:"boot_ms"`         // from the start that the schedule intended
	BootAsSent  Latency       `json:"boot_as_sent_ms"` // from the start that was; the difference is the generator's lag
	RegisterAck Latency       `json:"register_ack_ms"`
	KeepAlive   KeepAlive     `json:"keepalive"`
	Links       Links         `json:"links"`
	Nodes       []NodeResult  `json:"nodes"`            // where the phones were registered at the end
	Groups      []GroupResult `json:"groups,omitempty"` // in the scenario's order; absent when the fleet has none
	Lists       []ListResult  `json:"lists"`
	TVS         TVS           `json:"tvs"`
	Causes      []CauseResult `json:"causes"` // every failed step, most frequent first
	Explain     []Explanation `json:"explain"`

	Plan []PlanStep `json:"plan,omitempty"` // of a scenario with a timeline, in order
	Harm *Harm      `json:"harm,omitempty"` // absent when no step locked a phone out

	StatusMessages map[string]int     `json:"status_messages"`
	Thresholds     []ThresholdOutcome `json:"thresholds"`

	Generator Generator `json:"generator"`
	Core      *Process  `json:"core,omitempty"` // absent when the core's process cannot be measured
	Notes     []string  `json:"notes,omitempty"`

	ScenarioText string   `json:"scenario_text,omitempty"` // the file, whole
	Flags        []string `json:"flags,omitempty"`         // of the command line that changed it
	Machine      *Machine `json:"machine,omitempty"`       // that the generator ran on
	Events       *Events  `json:"events,omitempty"`        // absent when none were written

	// Histograms are the times of every step and of "boot", each an HdrHistogram
	// in microseconds, version 2, compressed, in base64: what percentiles beyond
	// those above, plots and comparisons are made from.
	Histograms map[string]string `json:"histograms,omitempty"`

	Rows     []Row   `json:"-"` // one per phone, in starting order
	Timeline []Point `json:"-"` // how the run went
}

// Phones counts the fleet.
type Phones struct {
	Planned         int `json:"planned"`
	Started         int `json:"started"`
	Registered      int `json:"registered"` // completed a registration
	Failed          int `json:"failed"`     // ran out of patience before one
	RegisteredAtEnd int `json:"registered_at_end"`
}

// Rate compares what was asked of the core with what came of it.
type Rate struct {
	Offered    float64 `json:"offered_per_second"`    // starts, from the first to the last
	Registered float64 `json:"registered_per_second"` // first registrations, from the first start to the last of them
}

// StepResult counts every attempt of one boot step.
type StepResult struct {
	Step    phone.Step `json:"step"`
	OK      int        `json:"ok"`
	Failed  int        `json:"failed"`
	Retried int        `json:"retried"` // attempts of phones whose attempt before had failed
	Skipped int        `json:"skipped"` // nothing was asked of the phone
	Took    Latency    `json:"took_ms"`
	Waited  Latency    `json:"waited_ms"` // for limits of this machine
}

// KeepAlive counts the heartbeat of all phones.
type KeepAlive struct {
	Sent  int     `json:"sent"`
	Acked int     `json:"acked"`
	Lost  int     `json:"lost"` // unanswered when the next was due
	RTT   Latency `json:"rtt_ms"`
}

// Links counts what became of registrations after they were made.
type Links struct {
	Lost      int    `json:"lost"` // the connection ended without the phone's doing
	Example   string `json:"example,omitempty"`
	Failovers int    `json:"failovers"`
	Failbacks int    `json:"failbacks"`
	Restarts  int    `json:"restarts"`
}

// NodeResult is one CallManager node, or SRST router, as the phones met it.
type NodeResult struct {
	Node          string  `json:"node"`
	SRST          bool    `json:"srst,omitempty"` // a router that phones fell back to, and no CallManager
	Phones        int     `json:"phones"`         // registered with it at the end
	Registrations int     `json:"registrations"`  // all of them, failovers and failbacks too
	Register      Latency `json:"register_ms"`    // connect to TimeDateRes
	Boot          Latency `json:"boot_ms"`        // of the boots that ended there
}

// GroupResult is one group of the fleet.
type GroupResult struct {
	Group string `json:"group"`
	Phones
	Steps []GroupStep `json:"steps"` // in boot order
	Boot  Latency     `json:"boot_ms"`
	Lists []GroupList `json:"lists"` // CTL and ITL
}

// GroupStep counts the attempts of one step by the phones of a group.
type GroupStep struct {
	Step    phone.Step `json:"step"`
	OK      int        `json:"ok"`
	Failed  int        `json:"failed"`
	Retried int        `json:"retried"`
	Took    Latency    `json:"took_ms"`
}

// ListResult says what the phones thought of the lists they were offered.
type ListResult struct {
	List      string `json:"list"` // CTL or ITL
	Accepted  int    `json:"accepted"`
	Unchanged int    `json:"unchanged"` // byte for byte the held list
	Rejected  int    `json:"rejected"`
	Replaced  int    `json:"replaced"`            // the held bytes changed
	Kept      int    `json:"kept"`                // phones that held one at power-on, and hold the same bytes in the end
	HeldSHA1  string `json:"held_sha1,omitempty"` // of those bytes; absent when phones held none, or not all the same

	Held []HeldResult `json:"held"` // what phones held at power-on, most frequent first
}

// HeldResult is one list, or none, that phones held at power-on.
type HeldResult struct {
	Trust  string `json:"trust"`          // where it came from, such as "stale"
	SHA1   string `json:"sha1,omitempty"` // absent for none
	Phones int    `json:"phones"`
	Kept   int    `json:"kept"` // of them hold in the end what they held
}

// GroupList says what became of the held lists of a group, in phones.
type GroupList struct {
	List     string `json:"list"`
	Kept     int    `json:"kept"`     // hold in the end the list that they held at power-on
	Replaced int    `json:"replaced"` // hold another, or their first
	None     int    `json:"none"`     // hold none
	Refused  int    `json:"refused"`  // refused a list at least once, whatever they hold
}

// CauseResult counts the failures of one step by one cause.
type CauseResult struct {
	Step    phone.Step  `json:"step"`
	Cause   phone.Cause `json:"cause"`
	Count   int         `json:"count"`
	Example string      `json:"example"`
}

// Explanation says why phones failed at a step, and what can be done. It is the
// phone's own where a decision of trust was behind it: one example of every
// distinct one, with how often it occurred.
type Explanation struct {
	Step  phone.Step `json:"step"`
	Count int        `json:"count"`
	Phone phone.Name `json:"phone"` // one of them
	phone.Explanation
}

// ThresholdOutcome is one threshold, judged.
type ThresholdOutcome struct {
	Expression string  `json:"expression"`
	Value      float64 `json:"value"`
	Unit       string  `json:"unit,omitempty"` // "%", "/s" or "ms"; empty for a count
	Pass       bool    `json:"pass"`
	Note       string  `json:"note,omitempty"`
}

// Process is what a process cost.
type Process struct {
	CPUPercent float64 `json:"cpu_percent"` // of one core, so two busy cores are 200
	MaxRSS     int64   `json:"max_rss_bytes"`
}

// Generator says whether the run measured the core or itself.
type Generator struct {
	Limited  bool    `json:"limited"`
	Why      string  `json:"why,omitempty"`
	StartLag Latency `json:"start_lag_ms"` // how late phones started
	Process
	Peak       Peak `json:"peak"`
	Cores      int  `json:"cores"`
	SharesCore bool `json:"shares_core"` // the simulator ran in the same process, its CPU and memory are included
}

// Peak is the generator in its worst seconds, and what it had run out of.
type Peak struct {
	CPUPercent      float64 `json:"cpu_percent"`            // of one core
	LateCPUPercent  float64 `json:"cpu_percent_while_late"` // in the seconds in which phones started late; 0: there were none
	GCPause         float64 `json:"gc_pause_ms"`
	Heap            int64   `json:"heap_bytes"`
	Descriptors     int     `json:"descriptors"`
	DescriptorLimit int     `json:"descriptor_limit"` // 0: not known
	Sockets         int     `json:"sockets"`          // of the machine, those that only keep their port included
	NoDescriptor    int     `json:"no_descriptor"`    // attempts that failed because no descriptor was left
	NoPort          int     `json:"no_port"`          // because no source port was left
}

// Machine is what the generator ran on.
type Machine struct {
	System    string `json:"system"` // "linux/amd64"
	Processor string `json:"processor,omitempty"`
	Cores     int    `json:"cores"`
	Memory    int64  `json:"memory_bytes,omitempty"`
	Go        string `json:"go"`
}

// Events says what became of the events that the phones told: they are in
// events.jsonl, as far as they were kept.
type Events struct {
	Keep      string `json:"keep"` // whose were chosen: "all", "sample 10", "off"
	Written   int    `json:"written"`
	Bytes     int    `json:"bytes"`
	Dropped   int    `json:"dropped"`   // the disk was too slow
	Forgotten int    `json:"forgotten"` // of phones that were not chosen and might have come into trouble: no memory left
	NoRoom    int    `json:"no_room"`   // the file was as big as it may be
}
