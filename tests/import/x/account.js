window.YTD.account.part0 = [ {
  "account" : {
    "username" : "otto",
    "accountId" : "1001",
    "accountDisplayName" : "Otto Brandt"
  }
} ]
