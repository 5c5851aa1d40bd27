package sccp

// KeepAliveReq asks the CallManager for a sign of life, on registered and on
// stand-by connections (SCCP, section 5.3).
type KeepAliveReq struct{}

// KeepAliveAck answers a KeepAliveReq.
type KeepAliveAck struct{}

// ID is IDKeepAliveReq.
func (KeepAliveReq) ID() ID { return IDKeepAliveReq }

// ID is IDKeepAliveAck.
func (KeepAliveAck) ID() ID { return IDKeepAliveAck }

func (m KeepAliveReq) layout(*body) Message { return m }
func (m KeepAliveAck) layout(*body) Message { return m }
