package sccp

// ButtonType is what a button does: in button templates, on lamps and in the
// Stimulus message, all in one numbering (SCCP, section 3.7).
type ButtonType uint32

// The types this program has a use for.
const (
	ButtonLastNumberRedial ButtonType = 0x01
	ButtonSpeedDial        ButtonType = 0x02
	ButtonHold             ButtonType = 0x03
	ButtonTransfer         ButtonType = 0x04
	ButtonForwardAll       ButtonType = 0x05
	ButtonLine             ButtonType = 0x09
	ButtonVoiceMail        ButtonType = 0x0F
	ButtonFeature          ButtonType = 0x13 // Privacy elsewhere
	ButtonServiceURL       ButtonType = 0x14
	ButtonBLFSpeedDial     ButtonType = 0x15
	ButtonMultiBlink       ButtonType = 0x26
	ButtonDoNotDisturb     ButtonType = 0x82 // 0x3F on some servers
	ButtonUndefined        ButtonType = 0xFF // no button
)

// String is the type's name, "Line".
func (t ButtonType) String() string {
	switch t {
	case ButtonLastNumberRedial:
		return "LastNumberRedial"
	case ButtonSpeedDial:
		return "SpeedDial"
	case ButtonHold:
		return "Hold"
	case ButtonTransfer:
		return "Transfer"
	case ButtonForwardAll:
		return "ForwardAll"
	case ButtonLine:
		return "Line"
	case ButtonVoiceMail:
		return "VoiceMail"
	case ButtonFeature:
		return "Feature"
	case ButtonServiceURL:
		return "ServiceURL"
	case ButtonBLFSpeedDial:
		return "BLFSpeedDial"
	case ButtonMultiBlink:
		return "MultiBlink"
	case ButtonDoNotDisturb:
		return "DoNotDisturb"
	case ButtonUndefined:
		return "Undefined"
	}
	return number("ButtonType", uint32(t))
}
