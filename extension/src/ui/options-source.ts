import type { OwnVault } from "../vault/own-vault";
import type { AskModel } from "../wire/connect-worker";
import type { Preferences } from "../wire/preferences";
import type { BuiltInChoice, SiteBuiltIn } from "../wire/site-built-in";
import type { WorkerApi } from "../wire/worker-api";
import type { ActivitySource } from "./activity-source";
import type { DataSource } from "./data-source";
import type { FirstRunSource } from "./first-run-source";

type Keys = Pick<WorkerApi, "providers" | "keys" | "addKey" | "renewKey" | "checkKey" | "deleteKey">;
type Activity = ActivitySource &
  Pick<WorkerApi, "keepActivity" | "keepHistory" | "cancelGeneration" | "forgetGeneration" | "forgetGenerations">;

/** What the options page needs. */
export interface OptionsSource extends DataSource, FirstRunSource, Keys, Activity {
  ask: AskModel;
  everyModel: WorkerApi["everyModel"];
  /** Where a locked vault is unlocked. */
  vaultDoor: OwnVault;
  /** What the extension asks itself on this computer; `setLocalServer` keeps one more address. */
  localServers: WorkerApi["localServers"];
  setLocalServer: WorkerApi["setLocalServer"];
  /** Whether the browser lets us reach this computer's servers; `askForLocal` lets it ask the person, on a click. */
  maySeeLocal(): Promise<boolean>;
  askForLocal(): Promise<boolean>;
  /** How far the browser's own model is. */
  browserModel(): Promise<"unavailable" | "downloadable" | "downloading" | "available">;
  /** Has the browser fetch it, on a click; `heard` is told from 0 to 1. */
  fetchBrowserModel(heard: (loaded: number) => void): Promise<void>;
  setPaused(paused: boolean): Promise<void>;
  preferences(): Promise<Preferences>;
  /** Keeps a choice; another look or language comes to every screen by itself. */
  setPreferences(change: Partial<Preferences>): Promise<void>;
  /** For which sites the person chose whose built-in AI their pages get; null takes a choice back. */
  siteBuiltIn(): Promise<SiteBuiltIn>;
  setSiteBuiltIn(origin: string, choice: BuiltInChoice | null): Promise<void>;
}
