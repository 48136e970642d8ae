/** Takes one line about a step that lasts, such as a download. */
export type Progress = (line: string) => void;

/** Prints progress on standard error, which leaves standard output to the program that is run. */
export const printProgress: Progress = (line) => console.error(line);
