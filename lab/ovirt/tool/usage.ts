/** One line per command, in our words; the original's frame and names. */
const about: Readonly<Record<string, readonly [string, string]>> = {
  '--deploy': ['[options]', 'deploys the hosted engine from this host'],
  '--vm-start': ['', 'starts the engine VM on this host'],
  '--vm-start-paused': ['', 'starts the engine VM on this host, qemu paused'],
  '--vm-shutdown': ['', 'asks the engine VM on this host to shut down'],
  '--vm-poweroff': ['', 'powers the engine VM on this host off at once'],
  '--vm-status': ['[--json]', 'what the HA agents know about the engine VM'],
  '--add-console-password': ['[--password=<password>]', 'a console password that is valid for two minutes'],
  '--check-deployed': ['', 'tells whether this host is deployed'],
  '--check-liveliness': ['', 'asks the health page of the engine'],
  '--connect-storage': ['', 'connects the storage domain of the hosted engine'],
  '--disconnect-storage': ['', 'disconnects the storage domain of the hosted engine'],
  '--console': ['', 'opens the serial console of the engine VM'],
  '--set-maintenance': ['--mode=<mode>', 'sets the HA maintenance: global, local or none'],
  '--set-shared-config': ['key value [--type=<type>]', 'sets a key of the shared configuration'],
  '--get-shared-config': ['key [--type=<type>]', 'reads a key of the shared configuration'],
  '--reinitialize-lockspace': ['', 'makes the sanlock lockspace anew, with all agents down'],
  '--clean-metadata': ['', "takes this host's block out of the shared metadata"],
};

const line = (name: string): string => {
  const [args = '', text = ''] = about[name] ?? [];
  return `        ${name}${args ? ` ${args}` : ''}\n            ${text}\n`;
};

export function usage(names: readonly string[]): string {
  // The usage lists an option of --deploy among the commands; it is none.
  const listed = names.flatMap((name) => (name === '--check-deployed' ? ['--config-append=file', name] : [name]));
  const body = listed
    .map((name) => (about[name] ? line(name) : `        ${name}\n            more configuration for --deploy\n`))
    .join('');
  return `Usage: /sbin/hosted-engine [--help] <command> [<command-args>]\n    --help\n        this message\n\n    The available commands are:\n${body}\n`;
}

export function commandHelp(name: string): string {
  const [args = '', text = ''] = about[name] ?? [];
  // The original misspells this one.
  const shown = name === '--clean-metadata' ? '--clean_metadata [--force-cleanup] [--host-id=<id>]' : name;
  return `Usage: /sbin/hosted-engine ${shown}${args ? ` ${args}` : ''}\n    ${text}\n`;
}
