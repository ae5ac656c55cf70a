export { seededRandom } from '../adapters/virtual-clock/seeded-random.ts'
export { VirtualClock } from '../adapters/virtual-clock/virtual-clock.ts'
