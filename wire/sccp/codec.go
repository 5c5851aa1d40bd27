package sccp

// Codec is a compression type or payload capability (SCCP, section 3.9).
type Codec uint32

// The codecs that more than one implementation agrees on.
const (
	CodecG711A       Codec = 2 // 64 kbit/s, as all G.711 here
	CodecG711U       Codec = 4
	CodecG722        Codec = 6 // 64 kbit/s
	CodecG723        Codec = 9
	CodecG728        Codec = 10
	CodecG729        Codec = 11
	CodecG729A       Codec = 12
	CodecG729B       Codec = 15
	CodecG729AB      Codec = 16
	CodecWideband    Codec = 25 // 256 kbit/s
	CodecILBC        Codec = 86
	CodecISAC        Codec = 89
	CodecH261        Codec = 100
	CodecH263        Codec = 101
	CodecH264        Codec = 103
	CodecRFC2833     Codec = 257 // dynamic payload type
	CodecDTMFOutBand Codec = 260
	CodecDTMFInBand  Codec = 261
)
