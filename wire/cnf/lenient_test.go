package cnf_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/phonebank/phonebank/wire/cnf"
)

// change is plain after f.
func change(f func(c *cnf.Config)) *cnf.Config {
	c := plain()
	f(c)
	return c
}

const group = "<callManagerGroup><members>%</members></callManagerGroup>"

func pool(inside string) string { return "<devicePool>" + inside + "</devicePool>" }

func managers(members string) string { return pool(strings.Replace(group, "%", members, 1)) }

func TestLeniency(t *testing.T) {
	for _, c := range []struct {
		title, inside string // inside <device>
		want          *cnf.Config
	}{
		{"nothing", "", plain()},
		{"everything empty", "<fullConfig/><deviceProtocol/><deviceSecurityMode/><capfAuthMode/><encrConfig/><certHash/><capfList/><TVS/><devicePool/><ipAddressMode/>", plain()},
		{"booleans as CUCM writes them", "<fullConfig>False</fullConfig><encrConfig> TRUE\r\n</encrConfig>", change(func(c *cnf.Config) { c.Full, c.EncryptedConfig = false, true })},
		{"booleans as numbers", "<fullConfig>0</fullConfig><encrConfig>1</encrConfig>", change(func(c *cnf.Config) { c.Full, c.EncryptedConfig = false, true })},
		{"white space", "<deviceProtocol>\r\n\tSCCP </deviceProtocol><deviceSecurityMode> 3 </deviceSecurityMode>", change(func(c *cnf.Config) { c.Protocol, c.SecurityMode = "SCCP", cnf.Encrypted })},
		{"security mode zero", "<deviceSecurityMode>0</deviceSecurityMode>", plain()},
		{"unknown elements, deep ones too", "<new><fullConfig>false</fullConfig><a><b/></a></new><encrConfig>true</encrConfig><x/>", change(func(c *cnf.Config) { c.EncryptedConfig = true })},
		{"comments and CDATA", "<deviceProtocol><!-- not SIP --><![CDATA[SCCP]]></deviceProtocol>", change(func(c *cnf.Config) { c.Protocol = "SCCP" })},
		{"elements inside a text", "<networkLocale>United<b>no</b>_States</networkLocale>", change(func(c *cnf.Config) { c.NetworkLocale = "United_States" })},
		{"the last of two counts", "<certHash>aa</certHash><certHash>BB</certHash>", change(func(c *cnf.Config) { c.CertHash = "bb" })},
		{"escapes", "<servicesURL>http://a/?b&amp;c&lt;</servicesURL><directoryURL> </directoryURL>", change(func(c *cnf.Config) {
			c.URLs = map[string]string{"servicesURL": "http://a/?b&c<"}
		})},
		{"a namespace", `<p:certHash xmlns:p="urn:x">aa</p:certHash>`, change(func(c *cnf.Config) { c.CertHash = "aa" })},
		{
			"members out of order", managers(
				`<member priority="1"><callManager><processNodeName>b</processNodeName></callManager></member>` +
					`<member priority="0"><callManager><ports><mgcpPorts><listen>2427</listen></mgcpPorts><securedEthernetPhonePort>12443</securedEthernetPhonePort><ethernetPhonePort>12000</ethernetPhonePort></ports><processNodeName>a</processNodeName></callManager></member>` +
					`<member priority="1"><callManager><processNodeName>c</processNodeName></callManager></member>`),
			change(func(c *cnf.Config) {
				c.CallManagers = []cnf.CallManager{{Host: "a", Port: 12000, SecurePort: 12443}, {Priority: 1, Host: "b"}, {Priority: 1, Host: "c"}}
			}),
		},
		{
			"members without priority or address", managers(
				`<member><callManager><name>a</name></callManager></member><member><callManager><name/></callManager></member><member/>` +
					`<member><callManager><name>d</name><processNodeName>10.0.0.4</processNodeName></callManager></member>`),
			change(func(c *cnf.Config) {
				c.CallManagers = []cnf.CallManager{{Name: "a", Host: "a"}, {Priority: 3, Name: "d", Host: "10.0.0.4"}}
			}),
		},
		{
			"fall-back servers", pool("<srstInfo><port2>2001</port2><ipAddr2>b</ipAddr2><ipAddr1/><port1>2000</port1><isSecure>True</isSecure><srstOption>user specific</srstOption></srstInfo>"),
			change(func(c *cnf.Config) {
				c.SRST, c.SRSTSecure = []cnf.CallManager{{Priority: 1, Host: "b", Port: 2001}}, true
			}),
		},
		{"fall-back servers disabled", pool("<srstInfo><ipAddr1>a</ipAddr1><srstOption>DISABLE</srstOption></srstInfo>"), plain()},
		{
			"CAPF servers", "<capfList><capf><processNodeName>a</processNodeName></capf><capf/><x/><capf><phonePort>3805</phonePort><processNodeName>b</processNodeName></capf></capfList>",
			change(func(c *cnf.Config) {
				c.CAPF = []cnf.Server{{Host: "a", Port: 3804}, {Priority: 1, Host: "b", Port: 3805}}
			}),
		},
		{
			"TVS servers", `<TVS><members><member priority="2"><address>b</address><port/></member><member priority="1"><port>2446</port><address>a</address></member><member priority="0"/></members></TVS>`,
			change(func(c *cnf.Config) {
				c.TVS = []cnf.Server{{Priority: 1, Host: "a", Port: 2446}, {Priority: 2, Host: "b", Port: 2445}}
			}),
		},
		{"fail-back wait", pool("<connectionMonitorDuration>30</connectionMonitorDuration>"), change(func(c *cnf.Config) { c.ConnectionMonitor = 30 * time.Second })},
		{"fail-back wait of zero", pool("<connectionMonitorDuration>0</connectionMonitorDuration>"), plain()},
		{"load names are for <Default>", "<loadInformation436>x</loadInformation436><callManagerGroup/>", plain()},
	} {
		t.Run(c.title, func(t *testing.T) {
			got, err := cnf.Parse([]byte("<device>" + c.inside + "</device>"))
			if err != nil {
				t.Fatal(err)
			}
			if d := cmp.Diff(c.want, got); d != "" {
				t.Errorf("(-want +got):\n%s", d)
			}
		})
	}
}

func TestDefaultFile(t *testing.T) {
	got, err := cnf.Parse([]byte(`<Default>
<callManagerGroup><members><member priority="0"><callManager><name>core-a</name><ports><ethernetPhonePort>2000</ethernetPhonePort></ports>
<processNodeName>10.0.0.1</processNodeName></callManager></member></members></callManagerGroup>
<loadInformation436 model="Cisco 7965">SCCP45.9-4-2SR3-1S</loadInformation436><loadInformation8></loadInformation8>
<loadInformation>none</loadInformation><loadInformationX>none</loadInformationX>
<deviceSecurityMode>3</deviceSecurityMode><capfAuthMode>2</capfAuthMode><encrConfig>true</encrConfig>
<TVS><members><member><address>a</address></member></members></TVS>
</Default>`))
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(defaults(), got); d != "" {
		t.Errorf("(-want +got):\n%s", d)
	}
}

func TestEncodings(t *testing.T) {
	want := change(func(c *cnf.Config) { c.NetworkLocale = "Österreich" })
	for _, c := range []struct{ title, text string }{
		{"UTF-8", "<device><networkLocale>Österreich</networkLocale></device>"},
		{"UTF-8 with a byte order mark", "\xef\xbb\xbf<?xml version=\"1.0\"?><device><networkLocale>Österreich</networkLocale></device>"},
		{"UTF-8 by name", `<?xml version="1.0" encoding="utf-8"?><device><networkLocale>Österreich</networkLocale></device>`},
		{"Latin 1", "<?xml version=\"1.0\" encoding=\"ISO-8859-1\"?><device><networkLocale>\xd6sterreich</networkLocale></device>"},
		{"ASCII", `<?xml version="1.0" encoding="us-ascii"?><device><networkLocale>&#xD6;sterreich</networkLocale></device>`},
	} {
		t.Run(c.title, func(t *testing.T) {
			got, err := cnf.Parse([]byte(c.text))
			if err != nil {
				t.Fatal(err)
			}
			if d := cmp.Diff(want, got); d != "" {
				t.Errorf("(-want +got):\n%s", d)
			}
		})
	}
}
