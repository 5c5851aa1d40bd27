package sccp

// SubscriptionBLF is the feature of a subscription to a line's state, the
// "busy lamp field" of a speed dial or of a list of calls.
const SubscriptionBLF = 1

// SubscriptionStatReq asks to be told of the state of a number (SCCP, section
// 3.16).
type SubscriptionStatReq struct {
	TransactionID uint32
	FeatureID     uint32
	Timer         uint32
	Number        string // that is watched, 256 bytes

	Shape
}

// ID is IDSubscriptionStatReq.
func (SubscriptionStatReq) ID() ID { return IDSubscriptionStatReq }

func (m SubscriptionStatReq) layout(b *body) Message {
	b.u32(&m.TransactionID, "transactionID")
	b.u32(&m.FeatureID, "subscriptionFeatureID")
	b.u32(&m.Timer, "timer")
	b.text(&m.Number, 256, "subscriptionID")
	b.end(&m.Shape)
	return m
}

// The cause of a SubscriptionStatRes.
const (
	SubscriptionOK        = 0
	SubscriptionRouteFail = 1
)

// SubscriptionStatRes says what has come of a subscription.
type SubscriptionStatRes struct {
	TransactionID uint32 // this, and the next two, of the request
	FeatureID     uint32
	Timer         uint32
	Cause         uint32

	Shape
}

// ID is IDSubscriptionStatRes.
func (SubscriptionStatRes) ID() ID { return IDSubscriptionStatRes }

func (m SubscriptionStatRes) layout(b *body) Message {
	b.u32(&m.TransactionID, "transactionID")
	b.u32(&m.FeatureID, "subscriptionFeatureID")
	b.u32(&m.Timer, "timer")
	b.u32(&m.Cause, "cause")
	b.end(&m.Shape)
	return m
}

// The status of a Notification.
const (
	NotificationUnknown = 0
	NotificationIdle    = 1
	NotificationInUse   = 2
)

// Notification tells the state of a number that somebody has subscribed to.
type Notification struct {
	TransactionID uint32 // of the subscription
	FeatureID     uint32
	Status        uint32
	Text          string // 97 bytes

	Shape
}

// ID is IDNotification.
func (Notification) ID() ID { return IDNotification }

func (m Notification) layout(b *body) Message {
	b.u32(&m.TransactionID, "transactionID")
	b.u32(&m.FeatureID, "subscriptionFeatureID")
	b.u32(&m.Status, "notificationStatus")
	b.text(&m.Text, 97, "text")
	b.end(&m.Shape)
	return m
}
