import { memoryBeliefStore } from './memory-belief-store.ts'
import { testBeliefStore } from './test-belief-store.ts'

testBeliefStore(async () => memoryBeliefStore())
