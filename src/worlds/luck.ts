/**
 * Chance without a sequence: a number depends on what it is for and on nothing drawn before, so
 * that all policies meet the same luck (common random numbers) and their difference is their own.
 * Not for secrets.
 */
export interface Luck {
  /** From 0 (exclusive) to 1 (exclusive). */
  unit(use: LuckUse, ...key: readonly number[]): number
  /** Standard normal. */
  normal(use: LuckUse, ...key: readonly number[]): number
}

/** What a number is drawn for; each use has its own numbers. */
export type LuckUse = keyof typeof USES

const USES = {
  context: 1,
  difficulty: 2,
  arrival: 3,
  good: 4,
  gate: 5,
  rater: 6,
  report: 7,
  delay: 8,
  latency: 9,
  stall: 10,
  error: 11,
  burst: 12,
  growth: 13,
  repeat: 14,
  original: 15,
  policy: 16,
}

const STEP = 0x9e3779b9

/** Spreads the bits of a 32-bit number, so that neighbours end far apart. */
function spread(value: number): number {
  let mixed = value ^ (value >>> 16)
  mixed = Math.imul(mixed, 0x7feb352d)
  mixed ^= mixed >>> 15
  mixed = Math.imul(mixed, 0x846ca68b)
  return (mixed ^ (mixed >>> 16)) >>> 0
}

const chain = (hash: number, part: number): number => spread(hash + STEP + spread(part ^ hash))

/** A stable unsigned 32-bit number for a name. */
export function nameKey(name: string): number {
  let hash = 0
  for (let index = 0; index < name.length; index += 1) hash = chain(hash, name.charCodeAt(index))
  return hash
}

/** The luck of one world and seed. */
export function luckOf(world: string, seed: number): Luck {
  const start = chain(nameKey(world), seed)
  const unit = (use: LuckUse, ...key: readonly number[]): number => {
    let hash = chain(start, USES[use])
    for (const part of key) hash = chain(hash, part)
    return (hash + 0.5) / 2 ** 32
  }
  return { unit, normal: (use, ...key) => inverseNormal(unit(use, ...key)) }
}

/**
 * The standard normal quantile, by Acklam's rational approximation (Peter J. Acklam, 2003;
 * relative error below 1.15e-9).
 */
export function inverseNormal(share: number): number {
  if (share < TAIL) return tail(Math.sqrt(-2 * Math.log(share)))
  if (share > 1 - TAIL) return -tail(Math.sqrt(-2 * Math.log(1 - share)))
  const [offset, square] = [share - 0.5, (share - 0.5) ** 2]
  return (offset * horner(CENTRE_TOP, square)) / horner([...CENTRE_BOTTOM, 1], square)
}

const TAIL = 0.02425
const CENTRE_TOP = [
  -39.6968302866538, 220.946098424521, -275.928510446969, 138.357751867269, -30.6647980661472,
  2.50662827745924,
]
const CENTRE_BOTTOM = [
  -54.4760987982241, 161.585836858041, -155.698979859887, 66.8013118877197, -13.2806815528857,
]
const TAIL_TOP = [
  -0.00778489400243029, -0.322396458041136, -2.40075827716184, -2.54973253934373, 4.37466414146497,
  2.93816398269878,
]
const TAIL_BOTTOM = [0.00778469570904146, 0.32246712907004, 2.445134137143, 3.75440866190742]

const tail = (root: number) => horner(TAIL_TOP, root) / horner([...TAIL_BOTTOM, 1], root)

const horner = (coefficients: readonly number[], at: number): number =>
  coefficients.reduce((sum, coefficient) => sum * at + coefficient, 0)
