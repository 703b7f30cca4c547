/** One JSON object a line on stderr. Nothing that a caller sent is ever passed in but ids, paths and codes. */
export type Log = {
  info(message: string, fields?: { [name: string]: unknown }): void;
  error(message: string, fields?: { [name: string]: unknown }): void;
};

export function createLog(part: string, write: (line: string) => void): Log {
  const line = (level: string, message: string, fields: { [name: string]: unknown } = {}) =>
    write(`${JSON.stringify({ time: new Date().toISOString(), level, part, message, ...fields })}\n`);
  return {
    info: (message, fields) => line("info", message, fields),
    error: (message, fields) => line("error", message, fields),
  };
}
