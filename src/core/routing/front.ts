/** What decides whether an arm can be part of the best plan. */
export interface Contender {
  /** What arms have in common that differ in settings alone, such as steps. */
  readonly offer: string
  readonly cost: number
  /** Chance of acceptance as it is hoped for. */
  readonly hopeful: number
  /** Chance of acceptance on average. */
  readonly sober: number
  /** Chance of acceptance as floors count it. */
  readonly held: number
  /** Seconds that 95 % of its calls stay below; 0 where time does not count. */
  readonly seconds: number
}

/** Arms among which all sequences are tried: 584 sequences of at most three attempts. */
const MOST_ARMS = 8
/** Settings of one offer among them: more would leave no room for other offers. */
const MOST_SETTINGS = 2

/** Which arms are worth trying, by their positions. */
export interface Front {
  /** In the order given. */
  readonly front: readonly number[]
  /** Of each arm that is beaten in everything, one that beats it. */
  readonly beatenBy: ReadonlyMap<number, number>
}

/**
 * The arms that no other one beats in everything: in a sequence the better arm could take the place
 * of a beaten one at no loss. Should more be left than can be tried, those go that are worst by
 * cost per accepted picture, and of each offer all settings but the best two; the surest one always
 * stays, because a floor may need it.
 */
export function frontOf(contenders: readonly Contender[], badCost: number): Front {
  // Whatever beats an arm stands before it in this order, and beating is transitive, so each one
  // only has to stand up to those that were kept.
  const kept: Ranked[] = []
  const beatenBy = new Map<number, number>()
  const inOrder = contenders.map((contender, index) => ({ contender, index })).sort(byStrength)
  for (const one of inOrder) {
    const better = kept.find(({ contender }) => isNoWorse(contender, one.contender))
    if (better === undefined) kept.push(one)
    else beatenBy.set(one.index, better.index)
  }
  kept.sort((one, other) => one.index - other.index)
  if (kept.length <= MOST_ARMS) return { front: kept.map(({ index }) => index), beatenBy }
  const ranked = kept.toSorted((one, other) => rank(one.contender) - rank(other.contender))
  const surest = kept.reduce((best, one) => (one.contender.held > best.contender.held ? one : best))
  const settings = new Map<string, number>()
  const best = ranked.filter((one) => {
    const { offer } = one.contender
    const before = settings.get(offer) ?? 0
    settings.set(offer, before + 1)
    return one !== surest && before < MOST_SETTINGS
  })
  const front = [...best.slice(0, MOST_ARMS - 1), surest].map(({ index }) => index)
  return { front: front.sort((one, other) => one - other), beatenBy }

  function rank({ cost, hopeful }: Contender): number {
    return (cost + badCost * (1 - hopeful)) / Math.max(1e-6, hopeful)
  }
}

interface Ranked {
  readonly contender: Contender
  readonly index: number
}

/** Of two equal arms the first one stays. */
const byStrength = (one: Ranked, other: Ranked): number =>
  one.contender.cost - other.contender.cost ||
  other.contender.hopeful - one.contender.hopeful ||
  other.contender.sober - one.contender.sober ||
  other.contender.held - one.contender.held ||
  one.contender.seconds - other.contender.seconds ||
  one.index - other.index

const isNoWorse = (one: Contender, other: Contender): boolean =>
  one.cost <= other.cost &&
  one.hopeful >= other.hopeful &&
  one.sober >= other.sober &&
  one.held >= other.held &&
  one.seconds <= other.seconds
