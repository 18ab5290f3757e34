window.__THAR_CONFIG = {
 "dataTypes": {
  "directMessages": {
   "files": [
    {
     "fileName": "data/direct-messages.js",
     "globalName": "YTD.direct_messages.part0",
     "count": "3"
    },
    {
     "fileName": "data/direct-messages-part1.js",
     "globalName": "YTD.direct_messages.part1",
     "count": "9"
    }
   ]
  }
 }
}
