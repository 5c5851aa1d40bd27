package scenario

import (
	"encoding/json"

	"github.com/phonebank/phonebank/core"
	"github.com/phonebank/phonebank/scenario/internal/tree"
	"github.com/phonebank/phonebank/scenario/load"
)

// Schema is the JSON Schema (draft 2020-12) of scenario files, made from the
// tables that they are read by. Editors complete and check a file that names it
// in its first line:
//
//	# yaml-language-server: $schema=scenario.schema.json
func Schema() ([]byte, error) {
	scratch := &Scenario{places: make(map[string]tree.Place)}
	schema := tree.Describe(scratch.read, about)
	schema["$schema"] = "https://json-schema.org/draft/2020-12/schema"
	schema["title"] = "Phonebank scenario"
	text, err := json.MarshalIndent(schema, "", "  ")
	return append(text, '\n'), err
}

func about(path string) tree.About { return keys()[path] }

// keys says of every key of a scenario file what it means.
func keys() map[string]tree.About {
	return map[string]tree.About{
		"name":       {Doc: "What the run is called in results."},
		"seed":       {Doc: "Determines names, models, jitter and arrivals: the same seed repeats the run."},
		"load":       {Doc: "How phones start, in sentences; the last one goes on until all have started.", Examples: load.Examples()},
		"arrivals":   {Doc: "How phones keep to the rate: evenly spaced, or at random and independent of each other."},
		"stay":       {Doc: "How long phones stay registered, keeping alive, after the last one has started.", Examples: []string{"10s", "2m"}},
		"events":     {Doc: "Which events go to events.jsonl.", Examples: []string{"all", "sample 10%", "off"}},
		"thresholds": {Doc: "What is demanded of the result; they alone decide the exit code.", Examples: []string{"registered == 100%", "register.p99 < 2s", "rate >= 100/s"}},
		"timeline":   {Doc: "What the administrator does while the phones run: a time, or settled, and a sentence."},

		"core":                    {Doc: "Where the core is: embedded, local, or the TFTP servers of a cluster; or what the simulator is like.", Examples: []string{"embedded", "local", "10.0.0.1", "cucm-pub,cucm-sub"}},
		"core.run":                {Doc: "Where the simulator runs.", Examples: []string{"embedded", "local"}},
		"core.clusters":           {Doc: "Clusters, 1 or 2: the second is like the first, with certificates of its own, for phones to move to."},
		"core.lifetimes":          {Doc: "How long certificates of the simulator are good."},
		"core.lifetimes.services": {Doc: "Of CallManager, TVS and CAPF certificates; 5y unless said.", Examples: []string{"5y"}},
		"core.lifetimes.recovery": {Doc: "Of the ITLRecovery certificate; 20y unless said.", Examples: []string{"20y"}},
		"core.lifetimes.lsc":      {Doc: "Of LSCs; 1y unless said.", Examples: []string{"1y"}},
		"core.nodes":              {Doc: "CallManager nodes, 1 to 5."},
		"core.security":           {Doc: "Device security mode of the phones."},
		"core.encrypted_config":   {Doc: "Serve encrypted configuration (.enc.sgn) to devices whose certificate is known."},
		"core.capf":               {Doc: "What CAPF asks of the phones."},
		"core.capf.auth":          {Doc: "Authentication mode of CAPF."},
		"core.capf.key":           {Doc: "The key a phone makes for its LSC."},
		"core.capf.operation":     {Doc: "Certificate operation."},
		"core.auth_string":        {Doc: "The authentication string that CAPF expects; what the phones type unless it is said here."},
		"core.keepalive":          {Doc: "SCCP keepalive interval, in whole seconds.", Examples: []string{"30s"}},
		"core.connection_monitor": {Doc: "How long a better CallManager must be healthy before phones return to it.", Examples: []string{"120s"}},
		"core.tokens":             {Doc: "How failback is spread (RegisterTokenReq)."},
		"core.tokens.rate":        {Doc: "Tokens a node grants a second.", Examples: []string{"20/s"}},
		"core.tokens.wait":        {Doc: "Least time a refused phone is told to wait.", Examples: []string{"30s"}},
		"core.tftp":               {Doc: "The TFTP service."},
		"core.tftp.digest":        {Doc: "Digest of signed lists and configurations."},
		"core.clock":              {Doc: "What date it is on the servers, or how far their clock is off. They refuse an LSC that is out of date; phones compare certificates with their lists, and mind no date.", Examples: []string{"2036-01-01", "5y"}},
		"core.tftp.servers":       {Doc: "Nodes that serve TFTP, in the order that phones ask them."},
		"core.tftp.port":          {Doc: "Port of TFTP; 69 when allowed, else 6969."},
		"core.ctl":                {Doc: "The CTL that is offered to the phones."},
		"core.ctl.signer":         {Doc: "Who signs the CTL."},
		"core.tls":                {Doc: "TLS versions of the core."},
		"core.tls.min":            {Doc: "Lowest TLS version."},
		"core.tls.max":            {Doc: "Highest TLS version."},
		"core.capacity":           {Doc: "Service times and queues, of one service or a list of several; as fast as the machine unless said."},
		"core.capacity.on":        {Doc: "Whose capacity: registrations of callmanager unless said, files of tftp, certificates of capf, questions to tvs."},
		"core.capacity.rate":      {Doc: "How much a node does in a second; the rest queues.", Examples: []string{"100/s"}},
		"core.capacity.service":   {Doc: "How long one takes.", Examples: []string{"50ms"}},
		"core.faults":             {Doc: "What the core does wrong, where, when, and to how many phones."},
		"core.faults.fault":       {Doc: "The kind of misbehaviour."},
		"core.faults.on":          {Doc: "A service, a kind of file, or a node; everything unless said.", Examples: append(core.FaultPlaces(), "node-1")},
		"core.faults.delay":       {Doc: "How late answers are.", Examples: []string{"2s"}},
		"core.faults.text":        {Doc: "The reject reason that phones show."},
		"core.faults.share":       {Doc: "Part of the phones that it happens to.", Examples: []string{"5%"}},
		"core.faults.at":          {Doc: "When it begins, after the start of the core.", Examples: []string{"30s"}},
		"core.faults.for":         {Doc: "How long it lasts; to the end unless said.", Examples: []string{"60s"}},

		"network":        {Doc: "What goes wrong between phones and core, on which way, when, and to how many phones."},
		"network.fault":  {Doc: "The kind of fault."},
		"network.on":     {Doc: "The service that it is on the way to; every one unless said."},
		"network.delay":  {Doc: "Of latency: added to every round trip.", Examples: []string{"80ms"}},
		"network.jitter": {Doc: "Of latency: more or less than the delay, at most so much.", Examples: []string{"20ms"}},
		"network.rate":   {Doc: "Of loss: share of the datagrams, both ways. Of bandwidth: what each phone has, each way.", Examples: []string{"5%", "64kbit/s"}},
		"network.share":  {Doc: "Part of the phones that it happens to.", Examples: []string{"10%"}},
		"network.at":     {Doc: "When it begins, after the start of the load.", Examples: []string{"30s"}},
		"network.for":    {Doc: "How long it lasts; to the end unless said.", Examples: []string{"60s"}},

		"phones":             {Doc: "The fleet: one group of phones, or a list of groups."},
		"phones.group":       {Doc: "Name of the group, for results and the timeline."},
		"phones.count":       {Doc: "How many phones."},
		"phones.first":       {Doc: "Device name of the first phone; the others count up from it.", Examples: []string{"SEP0011215A0001"}},
		"phones.csv":         {Doc: "The administrator's devices: a CSV with the columns name, model, auth_string and address."},
		"phones.model":       {Doc: "Model of the phones, or a mix such as {7965: 60%, 7940: 40%}."},
		"phones.trust":       {Doc: "The lists that phones hold at power-on: held (today's), stale, none, files, or a mix.", Examples: []string{"held", "none", "stale", "CTLFile.tlv"}},
		"phones.lsc":         {Doc: "How phones come to their LSC."},
		"phones.keys":        {Doc: "Where keys come from: each phone makes its own, or a pool made before the start.", Examples: []string{"fresh", "pool 256"}},
		"phones.clock":       {Doc: "What date it is on the phones, or how far their clock is off: it stands beside their status messages and console lines. Phones mind no certificate's dates, and timers go by true time.", Examples: []string{"2036-01-01", "-30d"}},
		"phones.key_time":    {Doc: "How long a phone is busy with a key, wherever that comes from: a time, a range, a mean and a standard deviation, or what a source says of the model.", Examples: []string{"13s", "10s to 16s", "13s ± 2s", "model"}},
		"phones.auth_string": {Doc: "The authentication string that users type; nobody types anything unless said."},
		"phones.standby":     {Doc: "Keep a second connection, to the next CallManager."},
		"phones.tls":         {Doc: "TLS versions, instead of the model's."},
		"phones.tls.min":     {Doc: "Lowest TLS version."},
		"phones.tls.max":     {Doc: "Highest TLS version."},

		"limits":                 {Doc: "What this machine does at once; time spent waiting for it is reported apart."},
		"limits.transfers":       {Doc: "TFTP transfers at once."},
		"limits.handshakes":      {Doc: "Connections being made at once."},
		"limits.key_generations": {Doc: "Keys being made at once."},
		"limits.rate":            {Doc: "Most phones that may start within a second; 50 unless said for a core that is not the simulator.", Examples: []string{"200/s"}},
	}
}
