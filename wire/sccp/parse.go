package sccp

// blank is an empty message to read the body of an id into, nil for ids
// without a struct.
func blank(id ID) Message {
	if m := fromPhone(id); m != nil {
		return m
	}
	return fromCallManager(id)
}

func fromPhone(id ID) Message {
	switch id {
	case IDRegisterReq:
		return RegisterReq{}
	case IDIPPort:
		return IPPort{}
	case IDForwardStatReq:
		return ForwardStatReq{}
	case IDSpeedDialStatReq:
		return SpeedDialStatReq{}
	case IDLineStatReq:
		return LineStatReq{}
	case IDConfigStatReq:
		return ConfigStatReq{}
	case IDTimeDateReq:
		return TimeDateReq{}
	case IDButtonTemplateReq:
		return ButtonTemplateReq{}
	case IDVersionReq:
		return VersionReq{}
	case IDCapabilitiesRes:
		return CapabilitiesRes{}
	case IDServerReq:
		return ServerReq{}
	case IDAlarm:
		return Alarm{}
	case IDSoftKeySetReq:
		return SoftKeySetReq{}
	case IDUnregisterReq:
		return UnregisterReq{}
	case IDSoftKeyTemplateReq:
		return SoftKeyTemplateReq{}
	case IDRegisterTokenReq:
		return RegisterTokenReq{}
	case IDHeadsetStatus:
		return HeadsetStatus{}
	case IDRegisterAvailableLines:
		return RegisterAvailableLines{}
	case IDUpdateCapabilities:
		return UpdateCapabilities{Revision: 1}
	case IDServiceURLStatReq:
		return ServiceURLStatReq{}
	case IDSubscriptionStatReq:
		return SubscriptionStatReq{}
	case IDFeatureStatReq:
		return FeatureStatReq{}
	case IDCapabilitiesV2Res:
		return UpdateCapabilities{Revision: 2}
	case IDCapabilitiesV3Res:
		return UpdateCapabilities{Revision: 3}
	case IDEnhancedAlarm:
		return EnhancedAlarm{}
	case IDSPCPRegisterTokenReq:
		return SPCPRegisterTokenReq{}
	}
	return nil
}

func fromCallManager(id ID) Message {
	switch id {
	case IDRegisterAck:
		return RegisterAck{}
	case IDSetRinger:
		return SetRinger{}
	case IDSetLamp:
		return SetLamp{}
	case IDForwardStatRes:
		return ForwardStatRes{}
	case IDSpeedDialStatRes:
		return SpeedDialStatRes{}
	case IDLineStatRes:
		return LineStatRes{}
	case IDConfigStatRes:
		return ConfigStatRes{}
	case IDTimeDateRes:
		return TimeDateRes{}
	case IDButtonTemplateRes:
		return ButtonTemplateRes{}
	case IDVersionRes:
		return VersionRes{}
	case IDCapabilitiesReq:
		return CapabilitiesReq{}
	case IDRegisterReject:
		return RegisterReject{}
	case IDServerRes:
		return ServerRes{}
	case IDReset:
		return Reset{}
	case IDSoftKeyTemplateRes:
		return SoftKeyTemplateRes{}
	case IDSoftKeySetRes:
		return SoftKeySetRes{}
	case IDSelectSoftKeys:
		return SelectSoftKeys{}
	case IDDisplayPromptStatus:
		return DisplayPromptStatus{}
	case IDClearPromptStatus:
		return ClearPromptStatus{}
	case IDDisplayNotify:
		return DisplayNotify{}
	case IDUnregisterAck:
		return UnregisterAck{}
	case IDRegisterTokenAck:
		return RegisterTokenAck{}
	case IDRegisterTokenReject:
		return RegisterTokenReject{}
	case IDFeatureStatRes:
		return FeatureStatRes{}
	case IDServiceURLStatRes:
		return ServiceURLStatRes{}
	case IDConfigStatV2Res:
		return ConfigStatV2Res{}
	case IDDisplayNotifyV2:
		return DisplayNotifyV2{}
	case IDDisplayPromptStatusV2:
		return DisplayPromptStatusV2{}
	case IDFeatureStatV2Res:
		return FeatureStatV2Res{}
	case IDLineStatV2Res:
		return LineStatV2Res{}
	case IDSubscriptionStatRes:
		return SubscriptionStatRes{}
	case IDNotification:
		return Notification{}
	case IDServiceURLStatV2Res:
		return ServiceURLStatV2Res{}
	case IDSpeedDialStatV2Res:
		return SpeedDialStatV2Res{}
	case IDSPCPRegisterTokenAck:
		return SPCPRegisterTokenAck{}
	case IDSPCPRegisterTokenReject:
		return SPCPRegisterTokenReject{}
	}
	return nil
}
