package report

import _ "embed"

// Schema is the JSON Schema of result.json. A test makes it from the type and
// holds real results to it.
//
//go:embed result.schema.json
var Schema []byte
