import type { ExpectedNano } from './arm.ts'
import type { Route, Routes } from './route.ts'

/** How often the promising route is taken when it differs from the best known one. */
const EXPLORE_CHANCE = 0.75

/** What may be left to chance in a decision. */
export interface Exploration {
  /** What may be risked beyond the best known route, in nano-dollars; see `explorationLeft`. */
  readonly leftNano: ExpectedNano
  /** From 0 (inclusive) to 1 (exclusive), drawn by the caller and logged. */
  readonly draw: number
}

/** The route that is taken, and how it came to that. */
export interface ChosenRoute {
  readonly route: Route
  readonly isExploring: boolean
  /** What it costs more than the best known one, as far as is known. */
  readonly extraNano: ExpectedNano
  /**
   * The chance with which this route was chosen; 1 where nothing was left to chance. Logged, so that
   * other policies can be judged by what happened.
   */
  readonly propensity: number
}

/** Takes the promising route or the best known one. The same draw chooses the same. */
export function chooseRoute(routes: Routes, exploration: Exploration): ChosenRoute {
  const { known, promising, extraNano } = routes
  if (promising === known || extraNano > exploration.leftNano) {
    return { route: known, isExploring: false, extraNano: 0, propensity: 1 }
  }
  return exploration.draw < EXPLORE_CHANCE
    ? { route: promising, isExploring: true, extraNano, propensity: EXPLORE_CHANCE }
    : { route: known, isExploring: false, extraNano: 0, propensity: 1 - EXPLORE_CHANCE }
}
