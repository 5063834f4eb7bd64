const form = /^[A-Z][a-z]{2}, (\d{2}) ([A-Z][a-z]{2}) (\d{4}) (\d{2}):(\d{2}):(\d{2}) GMT$/;
const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/**
 * `Sat, 21 Nov 2026 10:55:39 GMT` to milliseconds since 1970. The two forms that were given up in 1999 are no dates here,
 * and `Date.parse` is not asked: engines differ in what they let pass, and a wrong time is worse than none.
 */
export function parseHttpDate(text: string | undefined): number | undefined {
  const found = form.exec(text ?? '');
  if (found === null) return undefined;
  const [day, year, hour, minute, second] = [1, 3, 4, 5, 6].map((group) => Number(found[group]));
  const month = months.indexOf(found[2] ?? '');
  if (day === undefined || year === undefined || hour === undefined || minute === undefined || second === undefined) {
    return undefined;
  }
  // 60 is a leap second. A year before 1970 is a clock that was never set.
  if (month < 0 || day < 1 || day > 31 || year < 1970 || hour > 23 || minute > 59 || second > 60) return undefined;
  return Date.UTC(year, month, day, hour, minute, second);
}
