/** `coefficient / 10^scale`, exactly. */
export interface Decimal {
  readonly coefficient: bigint;
  readonly scale: number;
}

const written = /^(-?)(\d+)(?:\.(\d+))?(?:e([+-]\d+))?$/;

const isDecimal = (value: unknown): value is Decimal => typeof value === "object" && value !== null && typeof (value as Decimal).coefficient === "bigint";

/** A number or a decimal string as a decimal; undefined for everything else, and for what nobody writes as an amount. */
export function decimalOf(value: unknown): Decimal | undefined {
  if (isDecimal(value)) return value;
  if (typeof value === "number" ? !Number.isFinite(value) : typeof value !== "string" || value.length > 60 || /e/.test(value)) return undefined;
  const [, sign, whole, fraction = "", exponent = "0"] = written.exec(String(value)) ?? [];
  if (whole === undefined) return undefined;
  const coefficient = BigInt(`${sign}${whole}${fraction}`);
  const scale = fraction.length - Number(exponent);
  return scale >= 0 ? { coefficient, scale } : { coefficient: coefficient * 10n ** BigInt(-scale), scale: 0 };
}

const raised = ({ coefficient, scale }: Decimal, to: number): bigint => (scale === to ? coefficient : coefficient * 10n ** BigInt(to - scale));

/** Below, at or above zero as `a` is to `b`; undefined when one of them is no figure. Amounts that are strings count as figures. */
export function compareFigures(a: unknown, b: unknown): number | undefined {
  if (typeof a === "number" && typeof b === "number") return Number.isNaN(a) || Number.isNaN(b) ? undefined : a - b || (a === b ? 0 : a < b ? -1 : 1);
  const left = decimalOf(a);
  const right = left && decimalOf(b);
  if (!left || !right) return undefined;
  const scale = Math.max(left.scale, right.scale);
  const difference = raised(left, scale) - raised(right, scale);
  return difference < 0n ? -1 : difference > 0n ? 1 : 0;
}

/** The product; undefined when one of them is no figure. */
export function times(a: unknown, b: unknown): Decimal | undefined {
  const left = decimalOf(a);
  const right = left && decimalOf(b);
  return left && right && { coefficient: left.coefficient * right.coefficient, scale: left.scale + right.scale };
}

/** The sum; undefined when one of them is no figure. */
export function plus(a: unknown, b: unknown): Decimal | undefined {
  const left = decimalOf(a);
  const right = left && decimalOf(b);
  if (!left || !right) return undefined;
  const scale = Math.max(left.scale, right.scale);
  return { coefficient: raised(left, scale) + raised(right, scale), scale };
}

/** Whether two values are the same: figures by their amount, `10` and `"10.00"`; two strings letter by letter. */
export function same(a: unknown, b: unknown): boolean {
  if (a === undefined || b === undefined) return false;
  if (a === b) return true;
  if (typeof a === "string" && typeof b === "string") return false;
  return compareFigures(a, b) === 0;
}
