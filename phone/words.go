package phone

import (
	"fmt"
	"net"
	"strings"
)

// Status messages, in the words of a real phone (trust list, section 10).
const (
	StatusListUpdated      = "Trust List Updated"
	StatusListUpdateFailed = "Trust List Update Failed"
	StatusNoList           = "No Trust List Installed"
	StatusCTLNotFound      = "File Not Found <CTLFile.tlv>"
	StatusErasing          = "Erasing CTL and ITL files"
	StatusConfigNotFound   = "CFG File Not Found"
	StatusConfigTooLong    = "CFG TFTP Size Error"
	StatusTFTPAccess       = "TFTP access error"
	StatusTFTPError        = "TFTP error"
	StatusTFTPTimeout      = "TFTP timeout"
)

// statusConfigRefused is what a phone shows for a signed configuration that it
// does not believe (signed configuration, section 8). The meaning of the
// number 14 is not known.
func statusConfigRefused(m *Model, name string) string {
	if m != nil && strings.HasPrefix(m.Name, "894") {
		return fmt.Sprintf("invalid file %s, authenticated fail. Reason:14.", name)
	}
	return "File auth error"
}

// Console lines as real 79xx phones print them (trust list, section 11; TVS,
// section 7).

func lineRequest(name string) ConsoleLine {
	return ConsoleLine{"NOT", "SECD: tlRequestFile: Request " + name}
}

func lineTFTPRequest(handle int, name, server string) ConsoleLine {
	return ConsoleLine{"NOT", fmt.Sprintf("TFTP: [%d]:Requesting %s from %s", handle, name, server)}
}

func lineTFTPFinished(handle, size int) ConsoleLine {
	return ConsoleLine{"NOT", fmt.Sprintf("TFTP: [%d]:Finished --> rcvd %d bytes", handle, size)}
}

func lineVerified(headerLength int) ConsoleLine {
	return ConsoleLine{"NOT", fmt.Sprintf("SECD: validate_file_envelope: File sign verify SUCCESS; header length <%d>", headerLength)}
}

func lineNoCTL() ConsoleLine {
	return ConsoleLine{"WRN", "SECD: WARN:lookupCTL: ** no CTL, assume TFTP NONSECURE"}
}

func lineUnsignedApproved(name string) ConsoleLine {
	return ConsoleLine{"NOT", "tftpClient: Non secure file approved -- " + name}
}

func lineTVSAvailable() ConsoleLine {
	return ConsoleLine{"NOT", "SECD: -TVS service available, can attempt via TVS"}
}

func lineTVSRequest() ConsoleLine {
	return ConsoleLine{"NOT", "SECD: -TVS Certificate Authentication request"}
}

func lineTVSNotCached() ConsoleLine {
	return ConsoleLine{"NOT", "SECD: -No matching entry found at cache"}
}

func lineTVSConnect(address string) ConsoleLine {
	host, port, err := net.SplitHostPort(address)
	if err != nil {
		host = address
	}
	return ConsoleLine{"NOT", fmt.Sprintf("SECD: clpSetupSsl: Trying to connect to IPV4, IP: %s, Port : %s", host, port)}
}

func lineTVSConnected() ConsoleLine {
	return ConsoleLine{"NOT", "SECD: -Successfully obtained a TLS connection to the TVS server"}
}

func lineTVSAnswer(status int) ConsoleLine {
	return ConsoleLine{"NOT", fmt.Sprintf("SECD: -Authentication Response received, status : %d", status)}
}

func lineTVSFlushed() ConsoleLine {
	return ConsoleLine{"NOT", "SECD: tvsFlushCertCache: Completed TVS Certificate cache flush request"}
}

// Console lines in our own wording: no public sample shows what a real phone
// prints in these places. A test holds this part of the file to the list of
// lines that are ours.

func ownLineRefused(headerLength int) ConsoleLine {
	return ConsoleLine{"ERR", fmt.Sprintf("SECD: EROR:validate_file_envelope: ** File sign verify FAILED; header length <%d>", headerLength)}
}

func ownLineNoEnvelope(size int) ConsoleLine {
	return ConsoleLine{"ERR", fmt.Sprintf("SECD: EROR:validate_file_envelope: ** no valid header in <%d> bytes", size)}
}

// ownLineTFTPServer tells which of several servers has answered.
func ownLineTFTPServer(handle int, server string) ConsoleLine {
	return ConsoleLine{"NOT", fmt.Sprintf("TFTP: [%d]:Answered by %s", handle, server)}
}

func ownLineUnchanged() ConsoleLine {
	return ConsoleLine{"NOT", "SECD: tlRequestFile: same file as installed"}
}

func ownLineOtherName(requested string) ConsoleLine {
	return ConsoleLine{"ERR", "SECD: EROR:validate_file_envelope: ** file is not " + requested}
}

func ownLineUnsignedRefused(name string) ConsoleLine {
	return ConsoleLine{"ERR", "tftpClient: EROR: ** Non secure file refused -- " + name}
}

func ownLineHandshakeFailed(address string) ConsoleLine {
	return ConsoleLine{"ERR", "SECD: EROR:clpSetupSsl: ** SSL handshake failed, " + address}
}

func ownLineTVSFailed(address string) ConsoleLine {
	return ConsoleLine{"ERR", "SECD: EROR:clpSndStatus: ** no answer from TVS, " + address}
}

func ownLineTVSCached() ConsoleLine {
	return ConsoleLine{"NOT", "SECD: -Matching entry found at cache"}
}
