/** The engine's JSON: numbers and booleans come as strings, times as milliseconds, what is empty is left out. */
import * as z from 'zod';

export const integer = z.union([
  z.int(),
  z
    .string()
    .regex(/^-?\d+$/, 'must be an integer')
    .transform(Number),
]);

export const decimal = z.union([
  z.number(),
  z
    .string()
    .regex(/^-?\d+(\.\d+)?$/, 'must be a number')
    .transform(Number),
]);

export const boolean = z.union([z.boolean(), z.enum(['true', 'false']).transform((text) => text === 'true')]);

/** As an ISO time, because facts are JSON. */
export const time = integer.transform((milliseconds) => new Date(milliseconds).toISOString());

/** A link to another object; its name is there only sometimes. */
export const reference = z.object({ id: z.string(), name: z.string().optional() });

/** A list inside an object: absent, `{}`, `{ "nic": [] }` and `{ "nic": […] }` all occur. */
export function nested<T extends z.ZodType>(name: string, member: T) {
  return z
    .record(z.string(), z.unknown())
    .optional()
    .transform((list) => list?.[name] ?? [])
    .pipe(z.array(member));
}
