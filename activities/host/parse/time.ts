export interface ClockState {
  readonly synchronised: boolean;
  /** Absolute offset from the time source, where the answer tells it. */
  readonly offsetSeconds?: number;
  readonly source?: string;
}

/** `chronyc tracking`: answers with 0 also when it is not synchronised. Undefined when no chronyd answered. */
export function parseTracking(text: string): ClockState | undefined {
  const value = (label: string) => new RegExp(`^${label}\\s*:\\s*(.*)$`, 'm').exec(text)?.[1]?.trim();
  const leap = value('Leap status');
  if (leap === undefined) return undefined;
  const offset = /^([\d.]+(?:[eE][-+]?\d+)?) seconds (?:fast|slow)/.exec(value('System time') ?? '')?.[1];
  const source = /\(([^)]+)\)/.exec(value('Reference ID') ?? '')?.[1];
  return {
    synchronised: leap !== 'Not synchronised' && value('Stratum') !== '0',
    ...(offset !== undefined && { offsetSeconds: Number(offset) }),
    ...(source !== undefined && { source }),
  };
}

/** `ntpstat`, for hosts that run ntpd. Undefined when no daemon answered. */
export function parseNtpstat(text: string): ClockState | undefined {
  if (/^synchronised to/m.test(text)) {
    const milliseconds = /time correct to within (\d+) ms/.exec(text)?.[1];
    const source = /\(([^)]+)\)/.exec(text)?.[1];
    return {
      synchronised: true,
      ...(milliseconds !== undefined && { offsetSeconds: Number(milliseconds) / 1000 }),
      ...(source !== undefined && { source }),
    };
  }
  return /^unsynchronised/m.test(text) ? { synchronised: false } : undefined;
}
