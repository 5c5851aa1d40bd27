package sccp

// Messages to the CallManager: from phones, and from the media devices that
// speak the same protocol (SCCP, section 2.1).
const (
	IDKeepAliveReq                     ID = 0x0000
	IDRegisterReq                      ID = 0x0001
	IDIPPort                           ID = 0x0002
	IDKeypadButton                     ID = 0x0003
	IDEnblocCall                       ID = 0x0004
	IDStimulus                         ID = 0x0005
	IDOffHook                          ID = 0x0006
	IDOnHook                           ID = 0x0007
	IDHookFlash                        ID = 0x0008
	IDForwardStatReq                   ID = 0x0009
	IDSpeedDialStatReq                 ID = 0x000A
	IDLineStatReq                      ID = 0x000B
	IDConfigStatReq                    ID = 0x000C
	IDTimeDateReq                      ID = 0x000D
	IDButtonTemplateReq                ID = 0x000E
	IDVersionReq                       ID = 0x000F
	IDCapabilitiesRes                  ID = 0x0010
	IDMediaPortList                    ID = 0x0011
	IDServerReq                        ID = 0x0012
	IDAlarm                            ID = 0x0020
	IDMulticastMediaReceptionAck       ID = 0x0021
	IDOpenReceiveChannelAck            ID = 0x0022
	IDConnectionStatisticsRes          ID = 0x0023
	IDOffHookWithCallingPartyNumber    ID = 0x0024
	IDSoftKeySetReq                    ID = 0x0025
	IDSoftKeyEvent                     ID = 0x0026
	IDUnregisterReq                    ID = 0x0027
	IDSoftKeyTemplateReq               ID = 0x0028
	IDRegisterTokenReq                 ID = 0x0029
	IDMediaTransmissionFailure         ID = 0x002A
	IDHeadsetStatus                    ID = 0x002B
	IDMediaResourceNotification        ID = 0x002C
	IDRegisterAvailableLines           ID = 0x002D
	IDDeviceToUserData                 ID = 0x002E
	IDDeviceToUserDataResponse         ID = 0x002F
	IDUpdateCapabilities               ID = 0x0030
	IDOpenMultiMediaReceiveChannelAck  ID = 0x0031
	IDClearConference                  ID = 0x0032
	IDServiceURLStatReq                ID = 0x0033
	IDFeatureStatReq                   ID = 0x0034
	IDCreateConferenceRes              ID = 0x0035
	IDDeleteConferenceRes              ID = 0x0036
	IDModifyConferenceRes              ID = 0x0037
	IDAddParticipantRes                ID = 0x0038
	IDAuditConferenceRes               ID = 0x0039
	IDAuditParticipantRes              ID = 0x0040
	IDDeviceToUserDataVersion1         ID = 0x0041
	IDDeviceToUserDataResponseVersion1 ID = 0x0042
	IDCapabilitiesV2Res                ID = 0x0043
	IDCapabilitiesV3Res                ID = 0x0044
	IDPortRes                          ID = 0x0045
	IDQoSResvNotify                    ID = 0x0046
	IDQoSErrorNotify                   ID = 0x0047
	IDSubscriptionStatReq              ID = 0x0048
	IDMediaPathEvent                   ID = 0x0049
	IDMediaPathCapability              ID = 0x004A
	IDMwiNotification                  ID = 0x004C
	IDStartMediaTransmissionAck        ID = 0x0154
	IDStartMultiMediaTransmissionAck   ID = 0x0155
	IDLocationInfo                     ID = 0x0157
	IDAddOnDeviceCapabilities          ID = 0x0159
	IDEnhancedAlarm                    ID = 0x015A
	IDCallCountReq                     ID = 0x015E
	IDSPCPRegisterTokenReq             ID = 0x8000
)

// phoneNames are the names Wireshark gives these ids.
var phoneNames = map[ID]string{
	IDKeepAliveReq:                     "KeepAliveReq",
	IDRegisterReq:                      "RegisterReq",
	IDIPPort:                           "IpPort",
	IDKeypadButton:                     "KeypadButton",
	IDEnblocCall:                       "EnblocCall",
	IDStimulus:                         "Stimulus",
	IDOffHook:                          "OffHook",
	IDOnHook:                           "OnHook",
	IDHookFlash:                        "HookFlash",
	IDForwardStatReq:                   "ForwardStatReq",
	IDSpeedDialStatReq:                 "SpeedDialStatReq",
	IDLineStatReq:                      "LineStatReq",
	IDConfigStatReq:                    "ConfigStatReq",
	IDTimeDateReq:                      "TimeDateReq",
	IDButtonTemplateReq:                "ButtonTemplateReq",
	IDVersionReq:                       "VersionReq",
	IDCapabilitiesRes:                  "CapabilitiesRes",
	IDMediaPortList:                    "MediaPortList",
	IDServerReq:                        "ServerReq",
	IDAlarm:                            "Alarm",
	IDMulticastMediaReceptionAck:       "MulticastMediaReceptionAck",
	IDOpenReceiveChannelAck:            "OpenReceiveChannelAck",
	IDConnectionStatisticsRes:          "ConnectionStatisticsRes",
	IDOffHookWithCallingPartyNumber:    "OffHookWithCallingPartyNumber",
	IDSoftKeySetReq:                    "SoftKeySetReq",
	IDSoftKeyEvent:                     "SoftKeyEvent",
	IDUnregisterReq:                    "UnregisterReq",
	IDSoftKeyTemplateReq:               "SoftKeyTemplateReq",
	IDRegisterTokenReq:                 "RegisterTokenReq",
	IDMediaTransmissionFailure:         "MediaTransmissionFailure",
	IDHeadsetStatus:                    "HeadsetStatus",
	IDMediaResourceNotification:        "MediaResourceNotification",
	IDRegisterAvailableLines:           "RegisterAvailableLines",
	IDDeviceToUserData:                 "DeviceToUserData",
	IDDeviceToUserDataResponse:         "DeviceToUserDataResponse",
	IDUpdateCapabilities:               "UpdateCapabilities",
	IDOpenMultiMediaReceiveChannelAck:  "OpenMultiMediaReceiveChannelAck",
	IDClearConference:                  "ClearConference",
	IDServiceURLStatReq:                "ServiceURLStatReq",
	IDFeatureStatReq:                   "FeatureStatReq",
	IDCreateConferenceRes:              "CreateConferenceRes",
	IDDeleteConferenceRes:              "DeleteConferenceRes",
	IDModifyConferenceRes:              "ModifyConferenceRes",
	IDAddParticipantRes:                "AddParticipantRes",
	IDAuditConferenceRes:               "AuditConferenceRes",
	IDAuditParticipantRes:              "AuditParticipantRes",
	IDDeviceToUserDataVersion1:         "DeviceToUserDataVersion1",
	IDDeviceToUserDataResponseVersion1: "DeviceToUserDataResponseVersion1",
	IDCapabilitiesV2Res:                "CapabilitiesV2Res",
	IDCapabilitiesV3Res:                "CapabilitiesV3Res",
	IDPortRes:                          "PortRes",
	IDQoSResvNotify:                    "QoSResvNotify",
	IDQoSErrorNotify:                   "QoSErrorNotify",
	IDSubscriptionStatReq:              "SubscriptionStatReq",
	IDMediaPathEvent:                   "MediaPathEvent",
	IDMediaPathCapability:              "MediaPathCapability",
	IDMwiNotification:                  "MwiNotification",
	IDStartMediaTransmissionAck:        "StartMediaTransmissionAck",
	IDStartMultiMediaTransmissionAck:   "StartMultiMediaTransmissionAck",
	IDLocationInfo:                     "LocationInfo",
	IDAddOnDeviceCapabilities:          "AddOnDeviceCapabilities",
	IDEnhancedAlarm:                    "EnhancedAlarm",
	IDCallCountReq:                     "CallCountReq",
	IDSPCPRegisterTokenReq:             "SPCPRegisterTokenReq",
}
