/** A VM's network card. */
export interface VmNicRow {
  readonly id: string;
  name: string;
  interface: string;
  mac: string;
  plugged: boolean;
  linked: boolean;
  /** None: connected to no network. */
  profileId?: string | undefined;
  /** Values for the variables of its profile's network filter. */
  filterParameters: readonly FilterParameterRow[];
}

export interface FilterParameterRow {
  readonly id: string;
  readonly name: string;
  readonly value: string;
}
