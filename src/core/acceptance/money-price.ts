/** How fast the price of money follows. */
const PACE = 0.5

/**
 * The price of money μ after a request: it rises while a budget is spent faster than its time
 * passes, so that plans become thriftier long before the hard limit stops them.
 * @example nextMoneyPrice(0, { spentShare: 0.6, timeShare: 0.4 }) // 0.1
 */
export const nextMoneyPrice = (
  price: number,
  budget: { readonly spentShare: number; readonly timeShare: number },
): number => Math.max(0, price + PACE * (budget.spentShare - budget.timeShare))

/** Steps of what a dollar weighs: plans within one differ too little to be made anew. */
const WEIGHT_STEP = 1.1

/**
 * The price of money as plans are made with it, rounded down to steps of a tenth of what a dollar
 * weighs: it moves with every request, and requests alike should find the plan that was made.
 * @example stepOfMoneyPrice(0.25) // 0.21
 */
export const stepOfMoneyPrice = (price: number): number => {
  // A price that is a step stays that step, whatever its last digit in floating point.
  const steps = Math.floor(Math.log1p(Math.max(0, price)) / Math.log(WEIGHT_STEP) + 1e-9)
  return Math.round((WEIGHT_STEP ** steps - 1) * 10_000) / 10_000
}
