/** Dates in the C locale and in UTC, as the hosts are set. */
const days = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'];
const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
const fullDays = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'];

/** strftime, as far as date(1), journalctl and systemctl need it. */
export function formatDate(date: Date, format: string): string {
  const two = (value: number): string => String(value).padStart(2, '0');
  const parts: Readonly<Record<string, () => string>> = {
    Y: () => String(date.getUTCFullYear()),
    y: () => two(date.getUTCFullYear() % 100),
    m: () => two(date.getUTCMonth() + 1),
    d: () => two(date.getUTCDate()),
    e: () => String(date.getUTCDate()).padStart(2),
    H: () => two(date.getUTCHours()),
    M: () => two(date.getUTCMinutes()),
    S: () => two(date.getUTCSeconds()),
    N: () => String(date.getUTCMilliseconds()).padStart(3, '0').padEnd(9, '0'),
    s: () => String(Math.floor(date.getTime() / 1000)),
    a: () => days[date.getUTCDay()] ?? '',
    A: () => fullDays[date.getUTCDay()] ?? '',
    b: () => months[date.getUTCMonth()] ?? '',
    j: () =>
      String(Math.floor((date.getTime() - Date.UTC(date.getUTCFullYear(), 0, 1)) / 86_400_000) + 1).padStart(3, '0'),
    u: () => String(date.getUTCDay() || 7),
    Z: () => 'UTC',
    z: () => '+0000',
    ':z': () => '+00:00',
    F: () => formatDate(date, '%Y-%m-%d'),
    T: () => formatDate(date, '%H:%M:%S'),
    R: () => formatDate(date, '%H:%M'),
    D: () => formatDate(date, '%m/%d/%y'),
    c: () => formatDate(date, '%a %b %e %T %Y'),
    n: () => '\n',
    t: () => '\t',
    '%': () => '%',
  };
  return format.replace(/%(3?)(-?)(:z|[a-zA-Z%])/g, (whole, short: string, plain: string, key: string) => {
    const text = parts[key]?.() ?? whole;
    if (key === 'N' && short) return text.slice(0, 3);
    return plain ? text.replace(/^[0 ]+(?=.)/, '') : text;
  });
}

/** `Fri 2020-01-17 11:40:43 UTC`, as systemd prints points in time. */
export function systemdDate(milliseconds: number): string {
  return formatDate(new Date(milliseconds), '%a %F %T UTC');
}

/** `3min 2s ago`, the two greatest units. */
export function ago(milliseconds: number): string {
  let left = Math.max(0, Math.floor(milliseconds / 1000));
  if (left === 0) return `${Math.max(0, Math.floor(milliseconds))}ms ago`;
  const units: [string, number][] = [
    ['day', 86400],
    ['h', 3600],
    ['min', 60],
    ['s', 1],
  ];
  const parts: string[] = [];
  for (const [name, size] of units) {
    const amount = Math.floor(left / size);
    if (amount > 0 && parts.length < 2)
      parts.push(name === 'day' ? `${amount} day${amount > 1 ? 's' : ''}` : `${amount}${name}`);
    left -= amount * size;
  }
  return `${parts.join(' ')} ago`;
}
