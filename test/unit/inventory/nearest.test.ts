import { expect, test } from 'vitest';
import { didYouMean, nearest } from '../../../inventory/nearest.ts';

const known = ['deployHostedEngine', 'rebootHostedEngineHost', 'createCluster'];

test.each([
  ['deployHostedEngin', 'deployHostedEngine'],
  ['deployhostedengine', 'deployHostedEngine'],
  ['createClutser', 'createCluster'],
  ['Cluster', 'createCluster'],
])('%s means %s', (typed, meant) => {
  expect(nearest(typed, known)).toBe(meant);
});

test('a name that resembles nothing gets no suggestion', () => {
  expect(nearest('frobnicate', known)).toBeUndefined();
  expect(didYouMean('frobnicate', known)).toBe('');
});
