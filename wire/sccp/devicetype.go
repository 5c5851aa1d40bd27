package sccp

// models are the phones of SCCP, section 4.1, by the name on the case.
var models = [...]struct {
	name string
	code uint32
}{
	{"30SP+", 1},
	{"12SP+", 2},
	{"12SP", 3},
	{"12", 4},
	{"30VIP", 5},
	{"7902", 30008},
	{"7905", 20000},
	{"7906", 369},
	{"7910", 6},
	{"7911", 307},
	{"7912", 30007},
	{"7920", 30002},
	{"7921", 365},
	{"7925", 484},
	{"7926", 577},
	{"7931", 348},
	{"7935", 9},
	{"7936", 30019},
	{"7937", 431},
	{"7940", 8},
	{"7941", 115},
	{"7941G-GE", 309},
	{"7942", 434},
	{"7945", 435},
	{"7960", 7},
	{"7961", 30018},
	{"7961G-GE", 308},
	{"7962", 404},
	{"7965", 436},
	{"7970", 30006},
	{"7971", 119},
	{"7975", 437},
	{"7985", 302},
	{"IP Communicator", 30016},
	{"6901", 547},
	{"6911", 548},
	{"6921", 495},
	{"6941", 496},
	{"6945", 564},
	{"6961", 497},
	{"8941", 586},
	{"8945", 585},
	{"7914", 124},
	{"7915-12", 227},
	{"7915-24", 228},
	{"7916-12", 229},
	{"7916-24", 230},
	{"Nokia E", 275},
	{"Nokia ICC", 376},
	{"ATA 186", 12},
	{"ATA 188", 13},
	{"VGC phone", 10},
	{"VGC virtual phone", 11},
	{"Analog Phone", 30027},
	{"ISDN BRI Phone", 30028},
	{"SCCP gateway virtual phone", 30032},
	{"IP-STE", 30035},
	{"Personal Communicator", 358},
	{"CSF", 503},
	{"Motorola CN622", 335},
	{"3911", 446},
	{"3951", 412},
	{"SPA 303G", 80011},
	{"SPA 502G", 80003},
	{"SPA 504G", 80004},
	{"SPA 508G", 80006},
	{"SPA 509G", 80007},
	{"SPA 512G", 80012},
	{"SPA 514G", 80013},
	{"SPA 521S", 80000},
	{"SPA 524SG", 80001},
	{"SPA 525G", 80005},
	{"SPA 525G2", 80009},
}

// DeviceType is the number a model registers with, such as 436 for "7965"
// (SCCP, section 4.1).
func DeviceType(model string) (uint32, bool) {
	for _, m := range models {
		if m.name == model {
			return m.code, true
		}
	}
	return 0, false
}

// ModelName is the model that registers with a number, "7965" for 436.
func ModelName(deviceType uint32) (string, bool) {
	for _, m := range models {
		if m.code == deviceType {
			return m.name, true
		}
	}
	return "", false
}
