/** `getent ahostsv4 NAME` or `getent hosts NAME`: the addresses, each once; none when the name is not found. */
export function parseAddresses(text: string): readonly string[] {
  const addresses = text
    .split('\n')
    .map((line) => line.trim().split(/\s+/)[0] ?? '')
    .filter((word) => /^(\d{1,3}\.){3}\d{1,3}$|^[0-9a-fA-F]*:[0-9a-fA-F:.]+$/.test(word));
  return [...new Set(addresses)];
}

/** `getent hosts ADDRESS`: the names, canonical one first, in lower case; none when there is no reverse entry. */
export function parseNames(text: string, address: string): readonly string[] {
  const names = text.split('\n').flatMap((line) => {
    const [first, ...rest] = line.trim().split(/\s+/);
    return first === address ? rest : [];
  });
  return [...new Set(names.map((name) => name.toLowerCase().replace(/\.$/, '')))];
}

/** Name servers of /etc/resolv.conf that another machine could ask too. */
export function parseNameServers(text: string): readonly string[] {
  const servers = [...text.matchAll(/^\s*nameserver\s+(\S+)/gm)].map((match) => match[1] ?? '');
  return servers.filter((server) => !server.startsWith('127.') && server !== '::1');
}
