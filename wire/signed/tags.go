package signed

import "fmt"

// Tags of the header (trust list, section 3).
const (
	TagVersion       = 1
	TagHeaderLength  = 2
	TagSignerID      = 3 // container of 4, 5, 6
	TagSignerName    = 4
	TagSerialNumber  = 5
	TagCAName        = 6
	TagSignatureInfo = 7 // container of 8, 9
	TagDigest        = 8
	TagAlgorithmInfo = 9 // container of 10, 11
	TagAlgorithm     = 10
	TagModulus       = 11
	TagSignature     = 12
	TagPadding       = 13 // a lone byte: no length, no value
	TagFilename      = 14
	TagTimestamp     = 15
	TagSignerVersion = 28
)

// Tags of the header of an encrypted file (signed configuration, section 4).
const (
	TagEncryptionInfo  = 16 // container of 17, 21
	TagIVInfo          = 17 // container of 18, 19, 20
	TagMode            = 18
	TagIV              = 19
	TagPaddingLength   = 20
	TagKeyInfo         = 21 // container of 22, 23, 24, 25
	TagKeyMode         = 22
	TagKeySize         = 23
	TagCipher          = 24
	TagKey             = 25
	TagPlainDigestAlgo = 26
	TagPlainDigest     = 27
)

// TagName is the name of a header tag as CUCM's "show ctl" prints it, its
// misspellings included; "tag 99" for one that has no name.
func TagName(tag uint8) string {
	if int(tag) < len(tags) && tags[tag].name != "" {
		return tags[tag].name
	}
	return fmt.Sprintf("tag %d", tag)
}

// rule is what the reference fixes about one tag.
type rule struct {
	name      string
	size      int // bytes of the value; 0: any number
	container bool
}

// tags is indexed by tag number.
var tags = [...]rule{
	TagVersion:         {name: "VERSION", size: 2},
	TagHeaderLength:    {name: "HEADERLENGTH", size: 2},
	TagSignerID:        {name: "SIGNERID", container: true},
	TagSignerName:      {name: "SIGNERNAME"},
	TagSerialNumber:    {name: "SERIALNUMBER"},
	TagCAName:          {name: "CANAME"},
	TagSignatureInfo:   {name: "SIGNATUREINFO", container: true},
	TagDigest:          {name: "DIGESTALGORTITHM", size: 1},
	TagAlgorithmInfo:   {name: "SIGNATUREALGOINFO", container: true},
	TagAlgorithm:       {name: "SIGNATUREALGORTITHM", size: 1},
	TagModulus:         {name: "SIGNATUREMODULUS", size: 1},
	TagSignature:       {name: "SIGNATURE"},
	TagPadding:         {name: "PADDING"},
	TagFilename:        {name: "FILENAME"},
	TagTimestamp:       {name: "TIMESTAMP", size: 4},
	TagEncryptionInfo:  {name: "ENCRYPTION_INFO", container: true},
	TagIVInfo:          {name: "IV_INFO", container: true},
	TagMode:            {name: "MODE", size: 1},
	TagIV:              {name: "IV"},
	TagPaddingLength:   {name: "PADDING_LENGTH", size: 2},
	TagKeyInfo:         {name: "KEY_INFO", container: true},
	TagKeyMode:         {name: "KEY_MODE", size: 1},
	TagKeySize:         {name: "KEY_SIZE", size: 2},
	TagCipher:          {name: "CIPHER", size: 1},
	TagKey:             {name: "KEY"},
	TagPlainDigestAlgo: {name: "PLAINTEXT_DIGEST_ALGORITHM", size: 1},
	TagPlainDigest:     {name: "PLAINTEXT_DIGEST"},
	TagSignerVersion:   {name: "SIGNERVERSION", size: 2},
}
