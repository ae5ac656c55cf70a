/** A way to make a picture: dollars of one attempt, and the chance of acceptance at each node. */
export interface Choice {
  readonly cost: number
  readonly chances: readonly number[]
}

/** What a sequence is judged by. */
export interface Task {
  /** Share of requests at each node of difficulty. */
  readonly mass: readonly number[]
  readonly gate: CheckRates
  readonly floor: number
  readonly badCost: number
  readonly attempts: number
}

/** How often a check lets good and bad pictures pass, and its dollars with the waiting. */
export interface CheckRates {
  readonly passGood: number
  readonly passBad: number
  readonly cost: number
}

/** What a sequence comes to, for one request on average. */
export interface Prospect {
  readonly spend: number
  readonly accepted: number
  readonly bad: number
}

/** The best sequence and how it stands to the floor. */
export interface BestSequence extends Prospect {
  /** Positions of choices. */
  readonly steps: readonly number[]
  readonly score: number
  /** The most that any sequence reaches. */
  readonly reach: number
  readonly effectiveFloor: number
}

/** Where a floor is out of reach, so much less than the best is asked for. */
const FLOOR_SLACK = 0.01

/** Dollars of spend and bad pictures for each accepted one. */
export const scoreOf = ({ spend, accepted, bad }: Prospect, badCost: number): number =>
  accepted === 0 ? Number.POSITIVE_INFINITY : (spend + badCost * bad) / accepted

/**
 * Looks at every sequence of up to `attempts` choices and takes the cheapest for each accepted
 * picture that holds the floor, or nearly the best where the floor cannot be held. Every attempt
 * but the last is checked; the last is delivered as it is. Undefined when there is no choice.
 */
export function bestSequence(choices: readonly Choice[], task: Task): BestSequence | undefined {
  const front = undominated(choices)
  const all: Sequence[] = []
  extend(front, choices, task, { steps: [], mass: task.mass, spend: 0, accepted: 0, bad: 0 }, all)
  const reach = all.reduce((most, { accepted }) => Math.max(most, accepted), 0)
  const effectiveFloor = Math.min(task.floor, reach - FLOOR_SLACK)
  let best: (Sequence & { readonly score: number }) | undefined
  for (const sequence of all) {
    if (sequence.accepted < effectiveFloor) continue
    const score = scoreOf(sequence, task.badCost)
    if (best === undefined || score < best.score) best = { ...sequence, score }
  }
  return best === undefined ? undefined : { ...best, reach, effectiveFloor }
}

/** What one sequence comes to. */
export function prospectOf(steps: readonly Choice[], task: Omit<Task, 'floor'>): Prospect {
  let path: Path = { steps: [], mass: task.mass, spend: 0, accepted: 0, bad: 0 }
  for (const step of steps.slice(0, -1)) path = checked(path, step, task.gate)
  const last = steps.at(-1)
  return last === undefined ? path : delivered(path, last)
}

interface Sequence extends Prospect {
  readonly steps: readonly number[]
}

/** A sequence under way: `mass` is the share of requests that got so far. */
interface Path extends Sequence {
  readonly mass: readonly number[]
}

function extend(
  front: readonly number[],
  choices: readonly Choice[],
  task: Task,
  path: Path,
  into: Sequence[],
): void {
  for (const position of front) {
    const choice = choices[position] as Choice
    const steps = [...path.steps, position]
    into.push({ ...delivered(path, choice), steps })
    if (steps.length === task.attempts) continue
    extend(front, choices, task, { ...checked(path, choice, task.gate), steps }, into)
  }
}

function delivered({ mass, spend, accepted, bad }: Path, { cost, chances }: Choice): Prospect {
  let [good, total] = [0, 0]
  for (let node = 0; node < mass.length; node += 1) {
    const share = mass[node] as number
    total += share
    good += share * (chances[node] as number)
  }
  return { spend: spend + total * cost, accepted: accepted + good, bad: bad + total - good }
}

function checked(path: Path, { cost, chances }: Choice, gate: CheckRates): Path {
  const mass = Array<number>(path.mass.length)
  let [good, total] = [0, 0]
  for (let node = 0; node < mass.length; node += 1) {
    const share = path.mass[node] as number
    const chance = chances[node] as number
    total += share
    good += share * chance
    mass[node] = share * (chance * (1 - gate.passGood) + (1 - chance) * (1 - gate.passBad))
  }
  return {
    ...{ steps: path.steps, mass },
    spend: path.spend + total * (cost + gate.cost),
    accepted: path.accepted + good * gate.passGood,
    bad: path.bad + (total - good) * gate.passBad,
  }
}

/**
 * Leaves out every choice that another one beats in money and at every difficulty: in any sequence
 * the other can take its place and nothing gets worse, as long as good pictures pass at least as
 * often as bad ones.
 */
function undominated(choices: readonly Choice[]): readonly number[] {
  const beats = (one: Choice, other: Choice) =>
    one.cost <= other.cost &&
    one.chances.every((chance, node) => chance >= (other.chances[node] as number))
  return choices.flatMap((choice, position) =>
    choices.some(
      (rival, index) =>
        index !== position && beats(rival, choice) && (index < position || !beats(choice, rival)),
    )
      ? []
      : [position],
  )
}
