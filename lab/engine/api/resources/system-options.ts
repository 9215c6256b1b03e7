import { agentTypes } from '../database/fencing.ts';
import type { Call, Handler } from '../routing/call.ts';
import { one } from '../routing/call.ts';
import { notModelled, unknownId } from '../wire/fault.ts';

const GENERAL = 'general';
const everyLevel = (value: string): Readonly<Record<string, string>> => ({ '4.1': value, '4.2': value, '4.3': value });

/** What 4.3 is set to after its installation (`0000_config.sql`), by the version that a value is for. */
const values = ({ db }: Call): Readonly<Record<string, Readonly<Record<string, string>>>> => ({
  CriticalSpaceActionBlocker: { [GENERAL]: '5' },
  FenceProxyDefaultPreferences: { [GENERAL]: 'cluster,dc' },
  MaxNumOfCpuPerSocket: everyLevel('254'),
  MaxNumOfThreadsPerCpu: everyLevel('8'),
  MaxNumOfVmCpus: { '4.1': '288', '4.2': '384', '4.3': '384' },
  MaxNumOfVmSockets: everyLevel('16'),
  NetworkConnectivityCheckTimeoutInSeconds: { [GENERAL]: '120' },
  ProductRPMVersion: { [GENERAL]: db.image.version },
  SupportedClusterLevels: { [GENERAL]: '[4.1, 4.2, 4.3]' },
  TransferImageClientInactivityTimeoutInSeconds: { [GENERAL]: '60' },
  UserSessionTimeOutInterval: { [GENERAL]: '30' },
  VM64BitMaxMemorySizeInMB: everyLevel('4194304'),
  VdsFenceType: everyLevel(agentTypes.join(',')),
  WarningLowSpaceIndicator: { [GENERAL]: '10' },
});

/** The others that an administrator is shown; the rest of the configuration is nobody's business (engine: ConfigValues). */
const others = new Set(
  `AllowClusterWithVirtGlusterEnabled AlwaysFilterResultsForWebUi ApplicationMode CORSAllowDefaultOrigins CORSAllowedOrigins
CORSDefaultOriginSuffixes CORSSupport ClientModeRdpDefault ClientModeSpiceDefault ClientModeVncDefault
ClusterEmulatedMachines ClusterRequiredRngSourcesDefault CockpitPort CockpitSSOPort DefaultGeneralTimeZone DefaultMTU
DefaultMaximumMigrationDowntime DefaultWindowsTimeZone DestroyOnRebootSupported DisplayUncaughtUIExceptions
GlusterDefaultBrickMountPoint GlusterMetaVolumeName GlusterVolumeOptionGroupVirtValue
GlusterVolumeOptionOwnerGroupVirtValue GlusterVolumeOptionOwnerUserVirtValue GuestNicNamesBlacklist
HostDevicePassthroughCapabilities HotPlugCpuSupported MaxAverageNetworkQoSValue MaxBlockDiskSizeInGibiBytes
MaxBurstNetworkQoSValue MaxCpuLimitQosValue MaxHostNetworkQosShares MaxIoThreadsPerVm MaxIopsUpperBoundQosValue
MaxPeakNetworkQoSValue MaxReadIopsUpperBoundQosValue MaxReadThroughputUpperBoundQosValue MaxThroughputUpperBoundQosValue
MaxVdsMemOverCommit MaxVdsMemOverCommitForServers MaxVmNameLength MaxVmNameLengthSysprep MaxVmsInPool
MaxWriteIopsUpperBoundQosValue MaxWriteThroughputUpperBoundQosValue MigrationPolicies
PopulateDirectLUNDiskDescriptionWithLUNId PreDefinedNetworkCustomProperties PredefinedVMProperties
QoSInboundAverageDefaultValue QoSInboundBurstDefaultValue QoSInboundPeakDefaultValue RemapCtrlAltDelDefault
RhevhLocalFSPath SchedulerAllowOverBooking SchedulerOverBookingThreshold SearchResultsLimit ServerCPUList
SpeedOptimizationSchedulingThreshold SpiceProxyDefault SpiceUsbAutoShare StorageDomainNameSizeLimit
StoragePoolNameSizeLimit TunnelledDefaultMTU UploadImageChunkSizeKB UploadImageXhrMaxRetries
UploadImageXhrRetryIntervalInSeconds UploadImageXhrTimeoutInSeconds UseFqdnForRdpIfAvailable
UserDefinedNetworkCustomProperties UserDefinedVMProperties VM32BitMaxMemorySizeInMB VMPpc64BitMaxMemorySizeInMB
ValidNumOfMonitors VdcVersion VmPriorityMaxValue VncKeyboardLayout VncKeyboardLayoutValidValues WANColorDepth
WANDisableEffects WebSocketProxy`.split(/\s/),
);

export const systemOption: Readonly<Record<string, Handler>> = {
  get: (call) => {
    const name = call.route.ids[0] ?? '';
    if (others.has(name)) throw notModelled(`the option ${name}`);
    const all = values(call)[name];
    const version = call.query.get('version') || undefined;
    const shown = Object.entries(all ?? {}).filter(([each]) => version === undefined || each === version);
    if (shown.length === 0) throw unknownId();
    return one({
      type: 'system_option',
      service: 'system_option',
      path: `/options/${name}`,
      entity: { name, values: shown.map(([each, value]) => ({ version: each, value })) },
    });
  },
};
