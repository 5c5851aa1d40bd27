// Package capture writes what phones say and hear to a pcapng file that
// Wireshark and tshark read.
//
//	phone → Tap.Dial, Tap.Listen → network          bytes at the socket
//	          ↓ packets made up around them, with real addresses and ports
//	        held until the phone is chosen → File    interface SEP… for each phone
//	phone → Tap.KeyLog → Decryption Secrets Block    before the packets that it opens
//
// Nothing is sniffed, so nobody needs to be root: Ethernet, IP, TCP and UDP
// headers are made up, and show neither retransmissions nor the kernel's
// acknowledgments. The secrets of TLS are in the file: who has it reads it all.
package capture
