/** 0x1234abcd…5678 */
export function shortenHex(hex: string): string {
  return `${hex.slice(0, 8)}…${hex.slice(-4)}`;
}

/** At most five decimals: fees make the rest. */
export function formatAmount(ether: string): string {
  return String(Number(Number(ether).toFixed(5)));
}

export function formatTime(time: Date): string {
  return time.toLocaleTimeString([], { hour: "2-digit", minute: "2-digit", second: "2-digit" });
}

/** "today, 17:20" or "27 Nov, 09:05". */
export function formatDeadline(time: Date, now = new Date()): string {
  const clock = time.toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" });
  if (time.toDateString() === now.toDateString()) return `today, ${clock}`;
  return `${time.toLocaleDateString([], { day: "numeric", month: "short" })}, ${clock}`;
}
