// The operator console begins here.
import { render } from "preact";
import { byId } from "../../common/dom.ts";
import { startConsoleLanguage } from "../state/language.ts";
import { startRoutes } from "../state/route.ts";
import { startSession } from "../state/session.ts";
import { OperatorApp } from "./app.tsx";

startConsoleLanguage();
// Before the routes: the fragment may hold the token of a link.
void startSession();
startRoutes();
render(<OperatorApp />, byId("app"));
