package sccp

// Messages from the CallManager (SCCP, section 2.2).
const (
	IDRegisterAck                     ID = 0x0081
	IDStartTone                       ID = 0x0082
	IDStopTone                        ID = 0x0083
	IDSetRinger                       ID = 0x0085
	IDSetLamp                         ID = 0x0086
	IDSetHookFlashDetect              ID = 0x0087
	IDSetSpeakerMode                  ID = 0x0088
	IDSetMicroMode                    ID = 0x0089
	IDStartMediaTransmission          ID = 0x008A
	IDStopMediaTransmission           ID = 0x008B
	IDStartMediaReception             ID = 0x008C
	IDStopMediaReception              ID = 0x008D
	IDCallInfo                        ID = 0x008F
	IDForwardStatRes                  ID = 0x0090
	IDSpeedDialStatRes                ID = 0x0091
	IDLineStatRes                     ID = 0x0092
	IDConfigStatRes                   ID = 0x0093
	IDTimeDateRes                     ID = 0x0094
	IDStartSessionTransmission        ID = 0x0095
	IDStopSessionTransmission         ID = 0x0096
	IDButtonTemplateRes               ID = 0x0097
	IDVersionRes                      ID = 0x0098
	IDDisplayText                     ID = 0x0099
	IDClearDisplay                    ID = 0x009A
	IDCapabilitiesReq                 ID = 0x009B
	IDRegisterReject                  ID = 0x009D
	IDServerRes                       ID = 0x009E
	IDReset                           ID = 0x009F
	IDKeepAliveAck                    ID = 0x0100
	IDStartMulticastMediaReception    ID = 0x0101
	IDStartMulticastMediaTransmission ID = 0x0102
	IDStopMulticastMediaReception     ID = 0x0103
	IDStopMulticastMediaTransmission  ID = 0x0104
	IDOpenReceiveChannel              ID = 0x0105
	IDCloseReceiveChannel             ID = 0x0106
	IDConnectionStatisticsReq         ID = 0x0107
	IDSoftKeyTemplateRes              ID = 0x0108
	IDSoftKeySetRes                   ID = 0x0109
	IDSelectSoftKeys                  ID = 0x0110
	IDCallState                       ID = 0x0111
	IDDisplayPromptStatus             ID = 0x0112
	IDClearPromptStatus               ID = 0x0113
	IDDisplayNotify                   ID = 0x0114
	IDClearNotify                     ID = 0x0115
	IDActivateCallPlane               ID = 0x0116
	IDDeactivateCallPlane             ID = 0x0117
	IDUnregisterAck                   ID = 0x0118
	IDBackSpaceRes                    ID = 0x0119
	IDRegisterTokenAck                ID = 0x011A
	IDRegisterTokenReject             ID = 0x011B
	IDStartMediaFailureDetection      ID = 0x011C
	IDDialedNumber                    ID = 0x011D
	IDUserToDeviceData                ID = 0x011E
	IDFeatureStatRes                  ID = 0x011F
	IDDisplayPriNotify                ID = 0x0120
	IDClearPriNotify                  ID = 0x0121
	IDStartAnnouncement               ID = 0x0122
	IDStopAnnouncement                ID = 0x0123
	IDAnnouncementFinish              ID = 0x0124
	IDNotifyDtmfTone                  ID = 0x0127
	IDSendDtmfTone                    ID = 0x0128
	IDSubscribeDtmfPayloadReq         ID = 0x0129
	IDSubscribeDtmfPayloadRes         ID = 0x012A
	IDSubscribeDtmfPayloadErr         ID = 0x012B
	IDUnSubscribeDtmfPayloadReq       ID = 0x012C
	IDUnSubscribeDtmfPayloadRes       ID = 0x012D
	IDUnSubscribeDtmfPayloadErr       ID = 0x012E
	IDServiceURLStatRes               ID = 0x012F
	IDCallSelectStatRes               ID = 0x0130
	IDOpenMultiMediaReceiveChannel    ID = 0x0131
	IDStartMultiMediaTransmission     ID = 0x0132
	IDStopMultiMediaTransmission      ID = 0x0133
	IDMiscellaneousCommand            ID = 0x0134
	IDFlowControlCommand              ID = 0x0135
	IDCloseMultiMediaReceiveChannel   ID = 0x0136
	IDCreateConferenceReq             ID = 0x0137
	IDDeleteConferenceReq             ID = 0x0138
	IDModifyConferenceReq             ID = 0x0139
	IDAddParticipantReq               ID = 0x013A
	IDDropParticipantReq              ID = 0x013B
	IDAuditConferenceReq              ID = 0x013C
	IDAuditParticipantReq             ID = 0x013D
	IDChangeParticipantReq            ID = 0x013E
	IDUserToDeviceDataVersion1        ID = 0x013F
	IDVideoDisplayCommand             ID = 0x0140
	IDFlowControlNotify               ID = 0x0141
	IDConfigStatV2Res                 ID = 0x0142
	IDDisplayNotifyV2                 ID = 0x0143
	IDDisplayPriNotifyV2              ID = 0x0144
	IDDisplayPromptStatusV2           ID = 0x0145
	IDFeatureStatV2Res                ID = 0x0146
	IDLineStatV2Res                   ID = 0x0147
	IDServiceURLStatV2Res             ID = 0x0148
	IDSpeedDialStatV2Res              ID = 0x0149
	IDCallInfoV2                      ID = 0x014A
	IDPortReq                         ID = 0x014B
	IDPortClose                       ID = 0x014C
	IDQoSListen                       ID = 0x014D
	IDQoSPath                         ID = 0x014E
	IDQoSTeardown                     ID = 0x014F
	IDUpdateDSCP                      ID = 0x0150
	IDQoSModify                       ID = 0x0151
	IDSubscriptionStatRes             ID = 0x0152
	IDNotification                    ID = 0x0153
	IDCallHistoryInfo                 ID = 0x0156
	IDMwiRes                          ID = 0x0158
	IDCallCountResp                   ID = 0x015F
	IDRecordingStatus                 ID = 0x0160
	IDSPCPRegisterTokenAck            ID = 0x8100
	IDSPCPRegisterTokenReject         ID = 0x8101
)

// callManagerNames are the names Wireshark gives these ids.
var callManagerNames = map[ID]string{
	IDRegisterAck:                     "RegisterAck",
	IDStartTone:                       "StartTone",
	IDStopTone:                        "StopTone",
	IDSetRinger:                       "SetRinger",
	IDSetLamp:                         "SetLamp",
	IDSetHookFlashDetect:              "SetHookFlashDetect",
	IDSetSpeakerMode:                  "SetSpeakerMode",
	IDSetMicroMode:                    "SetMicroMode",
	IDStartMediaTransmission:          "StartMediaTransmission",
	IDStopMediaTransmission:           "StopMediaTransmission",
	IDStartMediaReception:             "StartMediaReception",
	IDStopMediaReception:              "StopMediaReception",
	IDCallInfo:                        "CallInfo",
	IDForwardStatRes:                  "ForwardStatRes",
	IDSpeedDialStatRes:                "SpeedDialStatRes",
	IDLineStatRes:                     "LineStatRes",
	IDConfigStatRes:                   "ConfigStatRes",
	IDTimeDateRes:                     "TimeDateRes",
	IDStartSessionTransmission:        "StartSessionTransmission",
	IDStopSessionTransmission:         "StopSessionTransmission",
	IDButtonTemplateRes:               "ButtonTemplateRes",
	IDVersionRes:                      "VersionRes",
	IDDisplayText:                     "DisplayText",
	IDClearDisplay:                    "ClearDisplay",
	IDCapabilitiesReq:                 "CapabilitiesReq",
	IDRegisterReject:                  "RegisterReject",
	IDServerRes:                       "ServerRes",
	IDReset:                           "Reset",
	IDKeepAliveAck:                    "KeepAliveAck",
	IDStartMulticastMediaReception:    "StartMulticastMediaReception",
	IDStartMulticastMediaTransmission: "StartMulticastMediaTransmission",
	IDStopMulticastMediaReception:     "StopMulticastMediaReception",
	IDStopMulticastMediaTransmission:  "StopMulticastMediaTransmission",
	IDOpenReceiveChannel:              "OpenReceiveChannel",
	IDCloseReceiveChannel:             "CloseReceiveChannel",
	IDConnectionStatisticsReq:         "ConnectionStatisticsReq",
	IDSoftKeyTemplateRes:              "SoftKeyTemplateRes",
	IDSoftKeySetRes:                   "SoftKeySetRes",
	IDSelectSoftKeys:                  "SelectSoftKeys",
	IDCallState:                       "CallState",
	IDDisplayPromptStatus:             "DisplayPromptStatus",
	IDClearPromptStatus:               "ClearPromptStatus",
	IDDisplayNotify:                   "DisplayNotify",
	IDClearNotify:                     "ClearNotify",
	IDActivateCallPlane:               "ActivateCallPlane",
	IDDeactivateCallPlane:             "DeactivateCallPlane",
	IDUnregisterAck:                   "UnregisterAck",
	IDBackSpaceRes:                    "BackSpaceRes",
	IDRegisterTokenAck:                "RegisterTokenAck",
	IDRegisterTokenReject:             "RegisterTokenReject",
	IDStartMediaFailureDetection:      "StartMediaFailureDetection",
	IDDialedNumber:                    "DialedNumber",
	IDUserToDeviceData:                "UserToDeviceData",
	IDFeatureStatRes:                  "FeatureStatRes",
	IDDisplayPriNotify:                "DisplayPriNotify",
	IDClearPriNotify:                  "ClearPriNotify",
	IDStartAnnouncement:               "StartAnnouncement",
	IDStopAnnouncement:                "StopAnnouncement",
	IDAnnouncementFinish:              "AnnouncementFinish",
	IDNotifyDtmfTone:                  "NotifyDtmfTone",
	IDSendDtmfTone:                    "SendDtmfTone",
	IDSubscribeDtmfPayloadReq:         "SubscribeDtmfPayloadReq",
	IDSubscribeDtmfPayloadRes:         "SubscribeDtmfPayloadRes",
	IDSubscribeDtmfPayloadErr:         "SubscribeDtmfPayloadErr",
	IDUnSubscribeDtmfPayloadReq:       "UnSubscribeDtmfPayloadReq",
	IDUnSubscribeDtmfPayloadRes:       "UnSubscribeDtmfPayloadRes",
	IDUnSubscribeDtmfPayloadErr:       "UnSubscribeDtmfPayloadErr",
	IDServiceURLStatRes:               "ServiceURLStatRes",
	IDCallSelectStatRes:               "CallSelectStatRes",
	IDOpenMultiMediaReceiveChannel:    "OpenMultiMediaReceiveChannel",
	IDStartMultiMediaTransmission:     "StartMultiMediaTransmission",
	IDStopMultiMediaTransmission:      "StopMultiMediaTransmission",
	IDMiscellaneousCommand:            "MiscellaneousCommand",
	IDFlowControlCommand:              "FlowControlCommand",
	IDCloseMultiMediaReceiveChannel:   "CloseMultiMediaReceiveChannel",
	IDCreateConferenceReq:             "CreateConferenceReq",
	IDDeleteConferenceReq:             "DeleteConferenceReq",
	IDModifyConferenceReq:             "ModifyConferenceReq",
	IDAddParticipantReq:               "AddParticipantReq",
	IDDropParticipantReq:              "DropParticipantReq",
	IDAuditConferenceReq:              "AuditConferenceReq",
	IDAuditParticipantReq:             "AuditParticipantReq",
	IDChangeParticipantReq:            "ChangeParticipantReq",
	IDUserToDeviceDataVersion1:        "UserToDeviceDataVersion1",
	IDVideoDisplayCommand:             "VideoDisplayCommand",
	IDFlowControlNotify:               "FlowControlNotify",
	IDConfigStatV2Res:                 "ConfigStatV2Res",
	IDDisplayNotifyV2:                 "DisplayNotifyV2",
	IDDisplayPriNotifyV2:              "DisplayPriNotifyV2",
	IDDisplayPromptStatusV2:           "DisplayPromptStatusV2",
	IDFeatureStatV2Res:                "FeatureStatV2Res",
	IDLineStatV2Res:                   "LineStatV2Res",
	IDServiceURLStatV2Res:             "ServiceURLStatV2Res",
	IDSpeedDialStatV2Res:              "SpeedDialStatV2Res",
	IDCallInfoV2:                      "CallInfoV2",
	IDPortReq:                         "PortReq",
	IDPortClose:                       "PortClose",
	IDQoSListen:                       "QoSListen",
	IDQoSPath:                         "QoSPath",
	IDQoSTeardown:                     "QoSTeardown",
	IDUpdateDSCP:                      "UpdateDSCP",
	IDQoSModify:                       "QoSModify",
	IDSubscriptionStatRes:             "SubscriptionStatRes",
	IDNotification:                    "Notification",
	IDCallHistoryInfo:                 "CallHistoryInfo",
	IDMwiRes:                          "MwiRes",
	IDCallCountResp:                   "CallCountResp",
	IDRecordingStatus:                 "RecordingStatus",
	IDSPCPRegisterTokenAck:            "SPCPRegisterTokenAck",
	IDSPCPRegisterTokenReject:         "SPCPRegisterTokenReject",
}
