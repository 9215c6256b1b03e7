/**
 * trust/ pins what a host or the engine shows of itself, after a person has compared its fingerprint.
 * This file: the comparison.
 */
import { isCancel, text } from '@clack/prompts';
import { CliFailure, EXIT, usage } from '../failure.ts';
import { note } from '../output.ts';

export interface Approval {
  /** Host or engine, for sentences. */
  readonly name: string;
  /** What was found, for the person who is asked. */
  readonly shown: string;
  /** Of what was found, the preferred one first. */
  readonly fingerprints: readonly string[];
  /** How a fingerprint looks, and what a text that holds one is brought to. */
  readonly example: string;
  readonly parse: (text: string) => string | undefined;
  /** What prints the right fingerprint where it can be trusted. */
  readonly compare: string;
  /** `--fingerprint`. */
  readonly given?: string;
  readonly terminal: boolean;
}

/**
 * The fingerprint to pin: the one given if it is among those found, else what the person at the terminal says.
 * @throws CliFailure (usage) when it is another one; CliFailure (person) when nobody can be asked, or said no
 */
export async function approve(approval: Approval, ask: () => Promise<string> = askHere): Promise<string> {
  const { name, shown, fingerprints, given, example, parse, compare, terminal } = approval;
  if (given !== undefined) {
    const fingerprint = parse(given);
    if (fingerprint === undefined) throw usage(`--fingerprint: ${given} is no fingerprint such as ${example}.`);
    return among(approval, fingerprint);
  }
  if (!terminal) {
    throw new CliFailure(
      EXIT.person,
      `${shown}\nNothing was pinned: a person has to compare. ${compare}\nThen run this again with --fingerprint ${example}.`,
      { offered: fingerprints },
    );
  }
  note(`${shown}\n${compare}`);
  const said = (await ask()).trim();
  const pasted = parse(said);
  if (pasted !== undefined) return among(approval, pasted);
  const [first] = fingerprints;
  if (said.toLowerCase() === 'yes' && first !== undefined) return first;
  throw new CliFailure(EXIT.person, `nothing was pinned for ${name}.`);
}

async function askHere(): Promise<string> {
  const answer = await text({
    message: 'Type yes when you have compared it, or paste the fingerprint that you see there; anything else is no.',
    output: process.stderr,
  });
  return isCancel(answer) ? '' : (answer ?? '');
}

function among({ name, shown, fingerprints }: Approval, fingerprint: string): string {
  if (fingerprints.includes(fingerprint)) return fingerprint;
  throw usage(
    `${shown}\nNone of them is ${fingerprint}: this may not be ${name}, or the fingerprint is that of another one. Nothing was pinned.`,
    { offered: fingerprints, fingerprint },
  );
}
