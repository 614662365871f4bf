"use strict";

/* global SwaggerUIBundle, SwaggerUIStandalonePreset */

// Each service has a document of its own; the bar of the page chooses between them.
async function start() {
  const answer = await fetch("/v1/client-config");
  const { admission_url: line } = await answer.json();
  SwaggerUIBundle({
    urls: [
      { name: "Storefront: drops, orders, selling, operating", url: "/openapi.json" },
      { name: "Admission: the line", url: `${line}/openapi-admission.json` },
    ],
    dom_id: "#swagger-ui",
    deepLinking: true,
    // No document is sent to anybody else.
    validatorUrl: "none",
    layout: "StandaloneLayout",
    presets: [SwaggerUIBundle.presets.apis, SwaggerUIStandalonePreset],
    plugins: [SwaggerUIBundle.plugins.DownloadUrl],
  });
}

start();
