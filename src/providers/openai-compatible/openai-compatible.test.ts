import { testProvider } from '../../testing/test-provider.ts'
import compatible from './index.ts'
import emulator from './sandbox.ts'

testProvider(compatible, emulator, {
  fixtures: new URL('./fixtures/', import.meta.url),
  skip: {},
})
