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
