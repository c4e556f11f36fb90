const DAY_MICROSECONDS = 86_400_000_000n;
const SECOND_MICROSECONDS = 1_000_000;
const MINUTE_SECONDS = 60;
const HOUR_SECONDS = 3600;
const MONTHS_OF_YEAR = 12;
/** Values of the engine that stand for times without end. */
const TIMESTAMP_INFINITY = 2n ** 63n - 1n;
const DATE_INFINITY = 2 ** 31 - 1;
/** Days from 0000-03-01 to 1970-01-01, and days of 400 years, in the proleptic Gregorian calendar. */
const EPOCH_SHIFT_DAYS = 719_468;
const ERA_DAYS = 146_097;

interface DateParts {
  readonly text: string;
  /** What follows the time: nothing, or that it is before Christ. */
  readonly era: string;
}

/** Years start in March here, so that a leap day is the last of its year. */
function dateParts(days: number): DateParts {
  const shifted = days + EPOCH_SHIFT_DAYS;
  const era = Math.floor(shifted / ERA_DAYS);
  const dayOfEra = shifted - era * ERA_DAYS;
  const yearOfEra = Math.floor(
    (dayOfEra -
      Math.floor(dayOfEra / 1460) +
      Math.floor(dayOfEra / 36_524) -
      Math.floor(dayOfEra / 146_096)) /
      365,
  );
  const dayOfYear =
    dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100));
  const monthFromMarch = Math.floor((5 * dayOfYear + 2) / 153);
  const day = dayOfYear - Math.floor((153 * monthFromMarch + 2) / 5) + 1;
  const month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9;
  const year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0);
  const shown = year > 0 ? year : 1 - year;
  const text = `${String(shown).padStart(4, '0')}-${two(month)}-${two(day)}`;
  return { text, era: year > 0 ? '' : ' BC' };
}

function two(value: number): string {
  return value < 10 ? `0${value}` : String(value);
}

/** Days since 1970-01-01 as PostgreSQL writes a date. */
export function dateText(days: number): string {
  if (Math.abs(days) === DATE_INFINITY) return days > 0 ? 'infinity' : '-infinity';
  const { text, era } = dateParts(days);
  return text + era;
}

/** Microseconds since 1970-01-01 as PostgreSQL writes a timestamp; `zone` follows the time. */
export function timestampText(microseconds: bigint, zone = ''): string {
  if (microseconds === TIMESTAMP_INFINITY) return 'infinity';
  if (microseconds === -TIMESTAMP_INFINITY) return '-infinity';
  let days = microseconds / DAY_MICROSECONDS;
  let rest = microseconds % DAY_MICROSECONDS;
  if (rest < 0n) {
    rest += DAY_MICROSECONDS;
    days -= 1n;
  }
  const { text, era } = dateParts(Number(days));
  return `${text} ${timeText(Number(rest))}${zone}${era}`;
}

/** Microseconds of a day. */
export function timeText(microseconds: number): string {
  const fraction = microseconds % SECOND_MICROSECONDS;
  const seconds = (microseconds - fraction) / SECOND_MICROSECONDS;
  const hours = Math.floor(seconds / HOUR_SECONDS);
  const minutes = Math.floor((seconds % HOUR_SECONDS) / MINUTE_SECONDS);
  const time = `${two(hours)}:${two(minutes)}:${two(seconds % MINUTE_SECONDS)}`;
  return fraction === 0 ? time : `${time}.${fractionText(fraction)}`;
}

function fractionText(microseconds: number): string {
  return String(microseconds).padStart(6, '0').replace(/0+$/, '');
}

/** An offset of a time zone in seconds, as `+01` or `-03:30`. */
export function zoneText(offsetSeconds: number): string {
  const size = Math.abs(offsetSeconds);
  const parts = [
    Math.floor(size / HOUR_SECONDS),
    Math.floor((size % HOUR_SECONDS) / MINUTE_SECONDS),
    size % MINUTE_SECONDS,
  ];
  while (parts.length > 1 && parts.at(-1) === 0) parts.pop();
  return `${offsetSeconds < 0 ? '-' : '+'}${parts.map(two).join(':')}`;
}

/** An interval in the style `postgres`: after a negative part the positive ones have a sign. */
export function intervalText(months: number, days: number, microseconds: bigint): string {
  const years = Math.trunc(months / MONTHS_OF_YEAR);
  const parts: string[] = [];
  let negative = false;
  const counted = [
    [years, 'year'],
    [months % MONTHS_OF_YEAR, 'mon'],
    [days, 'day'],
  ] as const;
  for (const [count, unit] of counted) {
    if (count === 0) continue;
    parts.push(`${negative && count > 0 ? '+' : ''}${count} ${unit}${count === 1 ? '' : 's'}`);
    negative = count < 0;
  }
  if (microseconds !== 0n || parts.length === 0) {
    const sign = microseconds < 0n ? '-' : negative ? '+' : '';
    parts.push(sign + timeText(Number(microseconds < 0n ? -microseconds : microseconds)));
  }
  return parts.join(' ');
}
