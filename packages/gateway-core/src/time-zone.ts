/** Whether this is a zone that can be reckoned with. Browsers have been seen to report ones such as `Etc/Unknown`. */
export function isTimeZone(name: string): boolean {
  try {
    new Intl.DateTimeFormat("en", { timeZone: name });
    return true;
  } catch {
    return false;
  }
}
